-- Take a person off a list by their own word, for good: an import does not put them back. The journal tells running dispatches.
-- KEYS  1 left lists (hash: "address key list" to record)   2 journal   3 list (bitmap)
-- ARGV  1 field "address key list", also the journal's line   2 record as stored   3 contact number
-- Returns 1 when it is new, 0 when they had left before.
redis.call('SETBIT', KEYS[3], ARGV[3], 0)
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[1])
return 1
