-- Suppress addresses and write the journal, by which running dispatches learn of them.
-- KEYS  1 suppressions (hash by address key)   2 journal (list of lines)
-- ARGV  in pairs: address key, record as stored; at most 1,000 pairs a call, so that no call is long
-- Returns how many are new. Whoever was suppressed already keeps the record that is there.
local new = 0
for i = 1, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) == 1 then
    redis.call('RPUSH', KEYS[2], ARGV[i])
    new = new + 1
  end
end
return new
