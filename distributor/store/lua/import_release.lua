-- End the work on an import, if it is still this worker's.
-- KEYS  1 claim
-- ARGV  1 token
-- Returns 1, or 0 when the claim was somebody else's or nobody's.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
