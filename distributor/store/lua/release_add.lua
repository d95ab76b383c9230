-- Append a revision to a release, or begin one; a revision that says the same as the latest is not stored twice, and a release
-- that was begun with the same words is found again at its first revision.
-- A new revision voids the approval in the same step, so that nothing approved can change unseen.
-- KEYS  1 revisions (list)   2 digests (list)   3 approval   4 releases (sorted set by instant of the first revision)
--       5 seal of the approval   6 lines (hash: release to what lists show of its latest revision)
-- ARGV  1 revision as stored   2 its digest   3 release id   4 instant in microseconds   5 "1": the release must exist already
--       6 the revision's line
--       7 number of the revision that the writer had before them, "" when it does not matter
-- Returns {revision number, 1 when stored now}, {0, 0} when it should exist and does not,
--         {-1, 0} when another release has this id, {-2, the latest} when a newer revision came meanwhile.
local count = redis.call('LLEN', KEYS[1])
if ARGV[5] == '1' and count == 0 then return {0, 0} end
if ARGV[5] == '0' and count > 0 then
  if redis.call('LINDEX', KEYS[2], 0) ~= ARGV[2] then return {-1, 0} end
  return {1, 0}
end
if count > 0 and redis.call('LINDEX', KEYS[2], -1) == ARGV[2] then return {count, 0} end
if ARGV[7] ~= '' and tonumber(ARGV[7]) ~= count then return {-2, count} end
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[3], KEYS[5])
redis.call('ZADD', KEYS[4], 'NX', ARGV[4], ARGV[3])
redis.call('HSET', KEYS[6], ARGV[3], (count + 1) .. ' ' .. ARGV[6])
return {count + 1, 1}
