-- Forget an account's failures, and take this attempt's back from the address. The address's earlier failures stay, so that
-- whoever has one account cannot clear the way to all others with it.
-- KEYS  1 failures of the account   2 failures of the address
-- ARGV  none
-- Returns 1.
redis.call('DEL', KEYS[1])
if tonumber(redis.call('HGET', KEYS[2], 'n') or '0') > 0 then
  redis.call('HINCRBY', KEYS[2], 'n', -1)
  redis.call('HDEL', KEYS[2], 'until')
end
return 1
