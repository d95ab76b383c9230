-- Bring the words of changed contacts up to date in the index, those whose record is still what was read.
-- KEYS  1 lexicon (sorted set)   2 stale (hash: number to the record that the index knows)
-- ARGV  in sixes: number, the same as 4 bytes, record as the index knows it, record as it is now or "" when there is none,
--       words to take out, words to put in (parted by spaces)
-- Returns how many are up to date now.
local done = 0
for i = 1, #ARGV, 6 do
  local number, packed = ARGV[i], ARGV[i + 1]
  local is_same = redis.call('HGET', KEYS[2], number) == ARGV[i + 2]
  if is_same and (redis.call('HGET', bucket_of(tonumber(number)), number) or '') == ARGV[i + 3] then
    for word in string.gmatch(ARGV[i + 4], '[^ ]+') do remove_word(KEYS[1], word, packed) end
    for word in string.gmatch(ARGV[i + 5], '[^ ]+') do add_word(KEYS[1], word, packed) end
    redis.call('HDEL', KEYS[2], number)
    done = done + 1
  end
end
return done
