-- Store one batch's staged body, unless its channel is committed or another preparation took over: what workers see never changes
-- under them, and the bodies of two preparations never mix.
-- KEYS  1 meta   2 body
-- ARGV  1 the channel's name   2 the body   3 token of the preparation
-- Returns 1 when stored, 0 when the channel was committed before, -1 when another preparation took over.
if redis.call('HEXISTS', KEYS[1], 'prepared:' .. ARGV[1]) == 1 then return 0 end
if (redis.call('HGET', KEYS[1], 'preparer') or '') ~= ARGV[3] then return -1 end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[1], 'preparing_us', stamp(now_us()))
return 1
