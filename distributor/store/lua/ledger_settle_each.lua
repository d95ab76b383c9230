-- Write the outcomes of one submitted batch whose people ended differently. Each run of neighbours who ended alike becomes a batch of
-- its own, so that every other script may go on taking a batch for people with one fate: what is planned again is claimed alone,
-- what is in doubt is decided alone, and nobody who was accepted is in a batch that can be sent again.
-- Also takes the late answer of the very worker whose lease had ended meanwhile (its batch is `unknown` then).
-- Repeated with the same token it changes nothing.
-- KEYS  1 meta   2 states   3 counts   4 open   5 batches   6 claims   7 asked   8 doubts   9 … body of each run
-- ARGV  1 token   2 start   3 the channel's name   4 reason to hold this channel of the dispatch, or ""   5 note for that
--       6 … in sevens, ascending, without gaps: start, count, new state's letter (a accepted, p planned again, r refused, u unknown),
--       remote id or "", a short reason or "", microseconds to wait before it may be tried again (with p), body (with p and u)
-- Returns 1 when written now or before, -1 when the batch is not this token's.
local now = now_us()
local start = ARGV[2]
local known = redis.call('HMGET', KEYS[5], start .. ':n', start .. ':token', start .. ':settled', start .. ':master', start .. ':sent',
                         start .. ':try', start .. ':each')
if known[7] == ARGV[1] then return 1 end
if known[2] ~= ARGV[1] then return -1 end
local owner = read_claim(redis.call('HGET', KEYS[6], start))
local from = 's'
if owner then
  if owner ~= ARGV[1] then return -1 end
else
  -- The lease had ended. An answer that was written already, by events or as a whole, is not overruled.
  if known[3] ~= 'u' then return -1 end
  from = 'u'
end
local expected = tonumber(start)
for i = 6, #ARGV, 7 do
  if tonumber(ARGV[i]) ~= expected then return redis.error_reply('the runs leave a gap') end
  expected = expected + tonumber(ARGV[i + 1])
end
if expected ~= tonumber(start) + tonumber(known[1]) then return redis.error_reply('the runs do not cover the batch') end
redis.call('HDEL', KEYS[6], start)
redis.call('ZREM', KEYS[8], start)
-- This token's word is spent; that it was heard is remembered, for its reply may have been lost.
redis.call('HDEL', KEYS[5], start .. ':token')
redis.call('HSET', KEYS[5], start .. ':each', ARGV[1])
local run = 0
for i = 6, #ARGV, 7 do
  local at, count, letter, remote, why, wait, body = unpack(ARGV, i, i + 6)
  local key = KEYS[9 + run]
  run = run + 1
  local moved = move(KEYS[2], KEYS[3], tonumber(at), tonumber(count), from, letter)
  redis.call('HSET', KEYS[5], at .. ':n', count, at .. ':master', known[4], at .. ':try', known[6], at .. ':sent', known[5],
             at .. ':settled', letter, at .. ':end', stamp(now), at .. ':why', why, at .. ':remote', remote)
  if letter == 'p' or letter == 'u' then
    redis.call('SET', key, body)
  else
    redis.call('UNLINK', key)
  end
  if letter == 'p' then
    leave_alone(KEYS[2], KEYS[3], KEYS[7], tonumber(at), tonumber(count))
    redis.call('ZADD', KEYS[4], stamp(now + tonumber(wait)), at)
  elseif letter == 'u' and moved > 0 then
    redis.call('ZADD', KEYS[8], stamp(now), at)
  elseif letter == 'a' and moved > 0 then
    redis.call('HSET', KEYS[1], 'last_accepted_us', stamp(now))
  end
end
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[1], 'held:' .. ARGV[3], ARGV[4], 'held_note:' .. ARGV[3], ARGV[5], 'held_us:' .. ARGV[3], stamp(now))
end
return 1
