-- Store an approval with its masters, unless a newer revision came meanwhile.
-- KEYS  1 revisions (list)   2 approval   3 masters of the revision (list)   4 seal
-- ARGV  1 revision number   2 approval as stored   3 its seal   4… masters as stored
-- Returns 1 when stored, 0 when there is a newer revision.
if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[3])
for i = 4, #ARGV do redis.call('RPUSH', KEYS[3], ARGV[i]) end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('SET', KEYS[4], ARGV[3])
return 1
