-- Begin to prepare a dispatch. One preparation at a time: another that showed life lately goes before.
-- KEYS  1 meta
-- ARGV  1 token of this preparation   2 microseconds of silence after which another one counts as dead
-- Returns 1 when it may go on, 0 when another one is at it.
local now = now_us()
local meta = redis.call('HMGET', KEYS[1], 'preparer', 'preparing_us')
if meta[1] and meta[1] ~= ARGV[1] and now - tonumber(meta[2]) < tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'preparer', ARGV[1], 'preparing_us', stamp(now))
return 1
