-- Make an empty media list, unless its name is taken by a list or by a saved filter: `--to NAME` must mean one thing.
-- KEYS  1 lists (set)   2 saved filters (hash)
-- ARGV  1 name
-- Returns 1 when it is new, 0 when the name is taken.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 0 end
return redis.call('SADD', KEYS[1], ARGV[1])
