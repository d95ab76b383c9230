-- Take a batch out of doubt on a provider's word about somebody in it: SendGrid takes or refuses a request whole, so whoever was
-- reported about proves for all who were in it (PROVIDERS.md §1.1). Repeating it changes nothing.
-- KEYS  1 states   2 counts   3 batches   4 body   5 doubts
-- ARGV  1 start   2 letters that events may move (core.delivery.RANKS)   3 … indices that the provider reported about
-- Returns how many deliveries moved from unknown to accepted.
local start = tonumber(ARGV[1])
local is_proven = false
for i = 3, #ARGV do
  local letter = redis.call('GETRANGE', KEYS[1], ARGV[i], ARGV[i])
  if letter ~= '' and string.find(ARGV[2], letter, 1, true) then is_proven = true end
end
if not is_proven then return 0 end
local moved = move(KEYS[1], KEYS[2], start, size_of(KEYS[3], ARGV[1]), 'u', 'a')
if moved > 0 then
  redis.call('HSET', KEYS[3], ARGV[1] .. ':settled', 'a', ARGV[1] .. ':why', 'the answer was lost; the provider\'s events prove it')
  -- A late answer of the worker that sent it has nothing to add.
  redis.call('HDEL', KEYS[3], ARGV[1] .. ':token')
  redis.call('UNLINK', KEYS[4])
  redis.call('ZREM', KEYS[5], ARGV[1])
end
return moved
