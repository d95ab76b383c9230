-- Put a run of contacts that follow on the mark into the index, unless one of them changed since they were read.
-- KEYS  1 lexicon (sorted set)   2 mark   3 changes above the mark (counter)
-- ARGV  1 mark as read   2 mark to be   3 changes as read   4… in pairs: word, numbers of the run that have it (4 bytes each)
-- Returns 1, or 0 when something changed: read again.
-- Keys of words follow from the words and cannot be named beforehand: contacts are not for a cluster.
if (redis.call('GET', KEYS[2]) or '0') ~= ARGV[1] or (redis.call('GET', KEYS[3]) or '0') ~= ARGV[3] then return 0 end
for i = 4, #ARGV, 2 do add_word(KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('SET', KEYS[2], ARGV[2])
return 1
