-- Say how far the work on an import is, if it is still this worker's; put off the end of its claim and of its file.
-- KEYS  1 claim   2 progress (hash)   3 job   4 file
-- ARGV  1 token   2 done   3 total   4 how long a claim holds in ms   5 how long the rest is kept in s
-- Returns 1, or 0 when the claim is somebody else's or nobody's.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('HSET', KEYS[2], 'done', ARGV[2], 'total', ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('EXPIRE', KEYS[3], ARGV[5])
redis.call('EXPIRE', KEYS[4], ARGV[5])
return 1
