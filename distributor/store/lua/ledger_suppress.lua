-- Mark people as suppressed who have not left yet, and remember how much of the journal is applied.
-- Whoever is submitting or in doubt is untouched but remembered: should their batch be planned again, they do not go.
-- Whoever is further is untouched. Safe to repeat, in any order.
-- KEYS  1 meta   2 states   3 counts   4 asked (sorted set of indices, scored by themselves)
-- ARGV  1 length of the suppression journal that is applied with this   2… indices from 0
-- Returns how many were marked.
local marked = 0
for i = 2, #ARGV do
  local at = tonumber(ARGV[i])
  local letter = redis.call('GETRANGE', KEYS[2], at, at)
  if letter == 'p' or letter == 'c' then
    redis.call('SETRANGE', KEYS[2], at, 'S')
    redis.call('HINCRBY', KEYS[3], letter, -1)
    redis.call('HINCRBY', KEYS[3], 'S', 1)
    marked = marked + 1
  elseif letter == 's' or letter == 'u' then
    redis.call('ZADD', KEYS[4], at, at)
  end
end
if tonumber(redis.call('HGET', KEYS[1], 'journal_seen') or '0') < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'journal_seen', ARGV[1])
end
return marked
