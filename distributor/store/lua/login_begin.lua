-- Let one attempt to sign in through, or say how long to wait. An attempt that is let through counts as failed from the start,
-- so that of many at once only as many get through as there are free ones.
-- KEYS  1 failures of the account   2 failures of the address (hashes: n, until in microseconds; same hash tag)
-- ARGV  1 free attempts of an account   2 free attempts of an address   3 first wait   4 longest wait   5 forgotten after
--       (3 to 5 in microseconds)
-- Returns the microseconds to wait; 0 lets the attempt through.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local wait = 0
for i = 1, 2 do
  wait = math.max(wait, tonumber(redis.call('HGET', KEYS[i], 'until') or '0') - now)
end
if wait > 0 then return wait end
for i = 1, 2 do
  local over = redis.call('HINCRBY', KEYS[i], 'n', 1) - tonumber(ARGV[i])
  if over >= 0 then
    local pause = math.min(tonumber(ARGV[3]) * 2 ^ math.min(over, 30), tonumber(ARGV[4]))
    redis.call('HSET', KEYS[i], 'until', string.format('%.0f', now + pause))
  end
  redis.call('PEXPIRE', KEYS[i], math.ceil(tonumber(ARGV[5]) / 1000))
end
return 0
