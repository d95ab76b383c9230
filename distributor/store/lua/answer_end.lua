-- End a request under an idempotency key: keep its answer, or forget that it was. Only for the run that holds the key: after its
-- lease another one may have begun.
-- KEYS  1 record
-- ARGV  1 run   2 answer ("" forgets)   3 how long it is kept, in milliseconds
-- Returns 1, or 0 when the key is another run's or nobody's.
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'answer', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
