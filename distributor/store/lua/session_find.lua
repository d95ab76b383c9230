-- Look a session up by Redis's clock, and put off its idle end.
-- KEYS  1 session (hash: account, generation, ends in microseconds)
-- ARGV  1 idle limit in microseconds
-- Returns {account, generation, ends}, or {} when there is none or it has ended.
local found = redis.call('HMGET', KEYS[1], 'account', 'generation', 'ends')
if not found[1] then return {} end
local time = redis.call('TIME')
local left = tonumber(found[3]) - (time[1] * 1000000 + time[2])
if left <= 0 then
  redis.call('DEL', KEYS[1])
  return {}
end
local wanted = math.ceil(math.min(tonumber(ARGV[1]), left) / 1000)
-- Not at every request: each write is an fsync, and a page with its parts makes many.
if wanted - redis.call('PTTL', KEYS[1]) > tonumber(ARGV[1]) / 60000 then
  redis.call('PEXPIRE', KEYS[1], wanted)
end
return found
