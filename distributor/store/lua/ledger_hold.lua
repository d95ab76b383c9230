-- Hold, resume or cancel a dispatch. The gate reads what this writes, so it holds for every worker from the next gate on.
-- KEYS  1 meta
-- ARGV  1 'hold' | 'resume' | 'cancel'   2 by whom   3 reason word (hold)   4 note
--       5 microseconds after now until which a resumed dispatch may still start, 0: leave the late limit as it is
-- Returns 'ok' | 'same' (already so) | 'cancelled' | 'missing'
if redis.call('EXISTS', KEYS[1]) == 0 then return 'missing' end
local now = now_us()
local meta = redis.call('HMGET', KEYS[1], 'held', 'cancelled', 'late_us')
local held = meta[1] or ''
if ARGV[1] == 'cancel' then
  if meta[2] == '1' then return 'same' end
  redis.call('HSET', KEYS[1], 'cancelled', '1', 'cancelled_by', ARGV[2], 'cancelled_us', stamp(now))
  return 'ok'
end
if meta[2] == '1' then return 'cancelled' end
if ARGV[1] == 'hold' then
  if held ~= '' then return 'same' end
  redis.call('HSET', KEYS[1], 'held', ARGV[3], 'held_by', ARGV[2], 'held_us', stamp(now), 'held_note', ARGV[4])
  return 'ok'
end
-- A resumed dispatch goes on in every channel, also in those that were held by themselves.
local to_clear = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.find(field, '^held:') or string.find(field, '^held_%l+:') then to_clear[#to_clear + 1] = field end
end
if held == '' and #to_clear == 0 then return 'same' end
if tonumber(ARGV[5]) > 0 and now + tonumber(ARGV[5]) > tonumber(meta[3]) then
  redis.call('HSET', KEYS[1], 'late_us', stamp(now + tonumber(ARGV[5])))
end
redis.call('HDEL', KEYS[1], 'held', 'held_by', 'held_us', 'held_note', unpack(to_clear))
return 'ok'
