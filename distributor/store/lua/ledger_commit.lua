-- Make a prepared dispatch's channel visible to claims: audience, states, counters and open batches appear together, with how
-- much of the suppression journal they were compared with.
-- Before this runs nothing of the channel can be claimed; running it again changes nothing.
-- KEYS  1 meta   2 states   3 counts   4 open   5 batches   6 members   7 runs
-- ARGV  1 the channel's name
--       2 how many deliveries may leave    3 how many more are suppressed already (they follow the others, in no batch)
--       4 the packed audience, "" for a thread   5 length of the suppression journal that it was compared with
--       6 token of the preparation   7 the audience's runs, "" for a thread   8… start, count, master of every batch
-- Returns 1 when committed now, 0 when it was already, -1 when another preparation took over.
if redis.call('HEXISTS', KEYS[1], 'prepared:' .. ARGV[1]) == 1 then return 0 end
if (redis.call('HGET', KEYS[1], 'preparer') or '') ~= ARGV[6] then return -1 end
redis.call('HSET', KEYS[1], 'prepared:' .. ARGV[1], '1')
local planned, suppressed = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('SET', KEYS[2], string.rep('p', planned) .. string.rep('S', suppressed))
redis.call('HSET', KEYS[3], 'total', planned + suppressed, 'p', planned, 'S', suppressed)
if ARGV[4] ~= '' then
  redis.call('SET', KEYS[6], ARGV[4])
  redis.call('SET', KEYS[7], ARGV[7])
  redis.call('HSET', KEYS[1], 'journal_seen', ARGV[5])
end
for i = 8, #ARGV, 3 do
  redis.call('ZADD', KEYS[4], 0, ARGV[i])
  redis.call('HSET', KEYS[5], ARGV[i] .. ':n', ARGV[i + 1], ARGV[i] .. ':master', ARGV[i + 2])
end
return 1
