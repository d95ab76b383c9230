-- Cut a batch in two after the provider refused the whole of it for what may be one bad recipient. Nothing was accepted.
-- Both halves are open again; the first keeps the batch's id, the second is named after its own start.
-- Repeated with the same token it changes nothing.
-- KEYS  1 states   2 counts   3 open   4 batches   5 claims   6 first half's body   7 second half's body   8 asked
-- ARGV  1 token   2 start   3 start of the second half   4 first half's body   5 second half's body
-- Returns 1 when cut, 0 when the batch is not this token's (any more) or never passed the gate.
local owner, _, phase = read_claim(redis.call('HGET', KEYS[5], ARGV[2]))
if owner ~= ARGV[1] or phase ~= 's' then return 0 end
local known = redis.call('HMGET', KEYS[4], ARGV[2] .. ':n', ARGV[2] .. ':master')
local first, middle, count = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(known[1])
move(KEYS[1], KEYS[2], first, count, 's', 'p')
leave_alone(KEYS[1], KEYS[2], KEYS[8], first, count)
redis.call('SET', KEYS[6], ARGV[4])
redis.call('SET', KEYS[7], ARGV[5])
redis.call('HSET', KEYS[4], ARGV[2] .. ':n', middle - first, ARGV[3] .. ':n', first + count - middle, ARGV[3] .. ':master', known[2])
redis.call('HDEL', KEYS[4], ARGV[2] .. ':token')
redis.call('HDEL', KEYS[5], ARGV[2])
redis.call('ZADD', KEYS[3], 0, ARGV[2], 0, ARGV[3])
return 1
