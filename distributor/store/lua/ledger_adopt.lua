-- Take a part of a thread out of doubt: it was found, or a person named it, with its remote id.
-- KEYS  1 meta   2 states   3 counts   4 batches   5 body   6 remote   7 doubts
-- ARGV  1 start   2 remote id   3 URL
-- Returns how many parts moved: 1, or 0 when it was not in doubt (any more).
local moved = move(KEYS[2], KEYS[3], tonumber(ARGV[1]), size_of(KEYS[4], ARGV[1]), 'u', 'L')
if moved == 0 then return 0 end
redis.call('HSET', KEYS[6], ARGV[1], ARGV[2] .. '|' .. ARGV[3])
redis.call('HSET', KEYS[4], ARGV[1] .. ':settled', 'L', ARGV[1] .. ':remote', ARGV[2])
redis.call('HDEL', KEYS[4], ARGV[1] .. ':token')
redis.call('HSET', KEYS[1], 'last_accepted_us', stamp(now_us()))
redis.call('UNLINK', KEYS[5])
redis.call('ZREM', KEYS[7], ARGV[1])
return moved
