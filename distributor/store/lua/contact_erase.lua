-- Erase a contact with their words in the index, and take them off every list, in one step; unless they changed since they were read.
-- KEYS  1 lexicon (sorted set)   2 mark   3 stale (hash)   4 changes above the mark (counter)   5… lists (bitmaps)
-- ARGV  1 number   2 the same as 4 bytes   3 record as read   4 its words (parted by spaces)
-- Returns 1, or 0 when something changed, or the index does not know this record yet: bring it up to date, and read again.
local number = tonumber(ARGV[1])
if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 1 then return 0 end
if redis.call('HGET', bucket_of(number), ARGV[1]) ~= ARGV[3] then return 0 end
if number <= tonumber(redis.call('GET', KEYS[2]) or '0') then
  for word in string.gmatch(ARGV[4], '[^ ]+') do remove_word(KEYS[1], word, ARGV[2]) end
else
  redis.call('INCR', KEYS[4])
end
redis.call('HDEL', bucket_of(number), ARGV[1])
for i = 5, #KEYS do redis.call('SETBIT', KEYS[i], number, 0) end
return 1
