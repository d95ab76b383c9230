-- Start a session; its ends are counted by Redis's clock.
-- KEYS  1 session
-- ARGV  1 account   2 generation   3 idle limit in microseconds   4 absolute limit in microseconds
-- Returns 1.
local time = redis.call('TIME')
local ends = time[1] * 1000000 + time[2] + tonumber(ARGV[4])
redis.call('HSET', KEYS[1], 'account', ARGV[1], 'generation', ARGV[2], 'ends', string.format('%.0f', ends))
redis.call('PEXPIRE', KEYS[1], math.ceil(math.min(tonumber(ARGV[3]), tonumber(ARGV[4])) / 1000))
return 1
