-- Write a named person's decision about one batch in doubt: it counts as sent, or it is sent again.
-- KEYS  1 meta   2 states   3 counts   4 open   5 batches   6 body   7 asked   8 doubts
-- ARGV  1 start   2 'a' or 'L' (treat as sent) or 'p' (send again)
-- Returns how many deliveries moved.
local start, letter = ARGV[1], ARGV[2]
local moved = move(KEYS[2], KEYS[3], tonumber(start), size_of(KEYS[5], start), 'u', letter)
if moved == 0 then return 0 end
redis.call('HSET', KEYS[5], start .. ':settled', letter)
redis.call('ZREM', KEYS[8], start)
-- A late answer of the worker that sent it must not overrule the person.
redis.call('HDEL', KEYS[5], start .. ':token')
if letter == 'p' then
  leave_alone(KEYS[2], KEYS[3], KEYS[7], tonumber(start), size_of(KEYS[5], start))
  redis.call('ZADD', KEYS[4], 0, start)
else
  redis.call('UNLINK', KEYS[6])
end
return moved
