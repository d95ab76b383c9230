-- Store one batch's staged body, unless its channel is committed: what workers see never changes under them.
-- KEYS  1 meta   2 body
-- ARGV  1 the channel's name   2 the body
-- Returns 1 when stored, 0 when the channel was committed before.
if redis.call('HEXISTS', KEYS[1], 'prepared:' .. ARGV[1]) == 1 then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
