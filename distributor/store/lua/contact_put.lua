-- Store a contact in place of what stood under its number.
-- KEYS  1 mark   2 stale (hash)   3 changes above the mark (counter)
-- ARGV  1 number   2 record
-- Returns 1.
local number = tonumber(ARGV[1])
note_change(number, redis.call('HGET', bucket_of(number), ARGV[1]), KEYS[1], KEYS[2], KEYS[3])
redis.call('HSET', bucket_of(number), ARGV[1], ARGV[2])
return 1
