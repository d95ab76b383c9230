-- Withdraw open batches of a cancelled dispatch, a bounded number at a time so that no call is long.
-- KEYS  1 meta   2 states   3 counts   4 open   5 batches
-- ARGV  1 how many batches at the most
-- Returns how many batches are left to withdraw, -1 when the dispatch is not cancelled.
if redis.call('HGET', KEYS[1], 'cancelled') ~= '1' then return -1 end
local starts = redis.call('ZRANGE', KEYS[4], 0, tonumber(ARGV[1]) - 1)
for _, start in ipairs(starts) do
  move(KEYS[2], KEYS[3], tonumber(start), size_of(KEYS[5], start), 'p', 'w')
  redis.call('ZREM', KEYS[4], start)
end
return redis.call('ZCARD', KEYS[4])
