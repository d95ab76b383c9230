-- Give a page of releases, newest first, that say certain words and are at a certain stage. Reads compact lines, never a text.
-- KEYS  1 releases (sorted set by instant of the first revision)   2 lines (hash: release to "revision folded-headline-and-more")
--       3 schedule (sorted set of dispatches that are not finished)
-- ARGV  1 instant to begin at, "+inf" for the newest   2 release of that instant after which to begin, "" for none
--       3 releases wanted   4 most to look at   5 stage: "", draft, approved, under-way or finished
--       6… folded words, each of which must stand in the headline
-- Returns {{release, instant, line, "1" if a seal stands, its dispatches, at most 20, newest first…}…, missing, instant, release}
--   missing   releases whose line is not there or is of an earlier revision: write those, then ask again
--   the last two say where to go on, "" when there is nothing more
-- Keys of single releases follow from their ids and cannot be named beforehand: the index is not for a cluster.
local wanted, most, stage = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local names = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', 0, most + 1)

local function says_all(line)
  -- The folded headline is the first text in the array.
  local headline = string.match(line, '^%d+ %["(.-)"[,%]]') or ''
  for i = 6, #ARGV do
    if not string.find(headline, ARGV[i], 1, true) then return false end
  end
  return true
end

local function is_at_stage(sealed, dispatches)
  if stage == '' then return true end
  if stage == 'draft' then return sealed == 0 end
  if stage == 'approved' then return sealed == 1 and #dispatches == 0 end
  local under_way = false
  for _, dispatch in ipairs(dispatches) do
    if redis.call('ZSCORE', KEYS[3], dispatch) then under_way = true end
  end
  if stage == 'under-way' then return under_way end
  return #dispatches > 0 and not under_way
end

local rows, missing, at, last = {}, {}, '', ''
for i = 1, #names, 2 do
  local name, instant = names[i], names[i + 1]
  -- Names of one instant come in descending order.
  if not (instant == ARGV[1] and ARGV[2] ~= '' and name >= ARGV[2]) then
    if #rows == wanted or i > 2 * most then
      return {rows, missing, at, last}
    end
    local line = redis.call('HGET', KEYS[2], name)
    local revisions = redis.call('LLEN', 'release:{' .. name .. '}:revisions')
    if not line or tonumber(string.match(line, '^%d+')) ~= revisions then
      missing[#missing + 1] = name
    elseif says_all(line) then
      local sealed = redis.call('EXISTS', 'release:{' .. name .. '}:seal')
      -- Most are told apart by their seal alone.
      local is_other = (stage == 'draft' and sealed == 1) or (stage == 'approved' and sealed == 0)
      local dispatches = is_other and {} or redis.call('ZREVRANGE', 'release:' .. name .. ':dispatches', 0, 19)
      if not is_other and is_at_stage(sealed, dispatches) then
        rows[#rows + 1] = {name, instant, line, tostring(sealed), unpack(dispatches)}
      end
    end
    at, last = instant, name
  end
end
return {rows, missing, '', ''}
