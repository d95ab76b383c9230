-- Write the provider's answer for one submitted batch. Also takes the late answer of the very worker whose lease had ended
-- meanwhile (its batch is `unknown` then): that answer is evidence.
-- Repeated with the same token it changes nothing.
-- KEYS  1 meta   2 states   3 counts   4 open   5 batches   6 claims   7 body   8 remote   9 asked   10 doubts
-- ARGV  1 token   2 start   3 new state's letter: a accepted, L live, p planned again, r refused, u unknown
--       4 remote id or ""   5 URL or ""   6 a short reason or ""
--       7 microseconds to wait before the batch may be tried again (with p)
--       8 microseconds for which the whole channel pauses, 0 for none   9 the channel's name
--       10 reason to hold this channel of the dispatch, or ""
-- Returns how many deliveries moved, -1 when the batch is not this token's.
local now = now_us()
local start, letter = ARGV[2], ARGV[3]
local known = redis.call('HMGET', KEYS[5], start .. ':n', start .. ':token', start .. ':settled')
if known[2] ~= ARGV[1] then return -1 end
local owner = read_claim(redis.call('HGET', KEYS[6], start))
local from = 's'
if owner then
  if owner ~= ARGV[1] then return -1 end
else
  if known[3] == letter then return 0 end
  from = 'u'
end
if letter == 'u' and is_evident(KEYS[1], KEYS[2], tonumber(start), tonumber(known[1])) then letter = 'a' end
local moved = move(KEYS[2], KEYS[3], tonumber(start), tonumber(known[1]), from, letter)
redis.call('HDEL', KEYS[6], start)
if letter == 'u' then
  redis.call('ZADD', KEYS[10], stamp(now), start)
else
  redis.call('ZREM', KEYS[10], start)
end
redis.call('HSET', KEYS[5], start .. ':settled', letter, start .. ':end', stamp(now), start .. ':why', ARGV[6], start .. ':remote', ARGV[4])
if letter == 'p' then
  leave_alone(KEYS[2], KEYS[3], KEYS[9], tonumber(start), tonumber(known[1]))
  -- The next claim has another token; this one's word is spent.
  redis.call('HDEL', KEYS[5], start .. ':token')
  redis.call('ZADD', KEYS[4], stamp(now + tonumber(ARGV[7])), start)
end
if letter == 'a' or letter == 'L' then
  redis.call('HSET', KEYS[1], 'last_accepted_us', stamp(now))
end
-- What is in doubt keeps its body: a person may have it sent again.
if letter ~= 'p' and letter ~= 'u' then redis.call('UNLINK', KEYS[7]) end
if letter == 'L' then redis.call('HSET', KEYS[8], start, ARGV[4] .. '|' .. ARGV[5]) end
if tonumber(ARGV[8]) > 0 then
  redis.call('HSET', KEYS[1], 'pause:' .. ARGV[9], stamp(now + tonumber(ARGV[8])))
end
if ARGV[10] ~= '' then
  -- The other channels go on: what one provider refuses says nothing about another.
  redis.call('HSET', KEYS[1], 'held:' .. ARGV[9], ARGV[10], 'held_note:' .. ARGV[9], ARGV[6], 'held_us:' .. ARGV[9], stamp(now))
end
return moved
