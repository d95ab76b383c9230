-- Suppress one address and write the journal, by which running dispatches learn of it.
-- KEYS  1 suppressions (hash by address key)   2 journal (list of address keys)
-- ARGV  1 address key   2 record as stored
-- Returns 1 when it is new, 0 when the address was suppressed already (its record stays as it was).
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[1])
return 1
