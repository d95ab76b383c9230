-- Store a block of contacts and put them on a list. Whoever has a number keeps it; safe to repeat.
-- What the import leaves empty stays as it was; tags are united by the caller's order, without repetition.
-- KEYS  1 numbers by address key (hash)   2 last number   3 list (bitmap)   4 names of lists (set)
--       5 first number by domain (hash)   6 left lists (hash: "address key list" to record)
--       7 mark of the index of words   8 stale (hash)   9 changes above the mark (see contacts_prelude.lua)
-- ARGV  1 the list's name   2… address key, JSON array of the contact (see contacts.py)
-- Returns {added, updated, unchanged, left before}: the last are stored, but stay off the list that they left by their own word
-- Atomic for the whole block. The buckets' keys follow from the numbers and cannot be named beforehand: contacts are not for a cluster.
local added, updated, unchanged, left = 0, 0, 0, 0
-- Places in a contact's array.
local ADDRESS, TAGS, LAST = 2, 6, 14
redis.call('SADD', KEYS[4], ARGV[1])

-- Tags are kept as one string, a semicolon after each, because cjson turns an empty array into an object.
local function unite(old, new)
  local words = old
  for word in string.gmatch(new, '[^;]+') do
    if not string.find(';' .. words, ';' .. word .. ';', 1, true) then words = words .. word .. ';' end
  end
  return words
end

for i = 2, #ARGV, 2 do
  local number, is_new = tonumber(redis.call('HGET', KEYS[1], ARGV[i])), false
  if not number then
    number = redis.call('INCR', KEYS[2])
    redis.call('HSET', KEYS[1], ARGV[i], number)
    is_new = true
  end
  local bucket = bucket_of(number)
  local before = redis.call('HGET', bucket, number)
  if not before then
    -- Somebody who was erased comes back under their number; whoever is new is above the mark and unread.
    if not is_new then note_change(number, nil, KEYS[7], KEYS[8], KEYS[9]) end
    redis.call('HSET', bucket, number, ARGV[i + 1])
    redis.call('HSETNX', KEYS[5], string.match(cjson.decode(ARGV[i + 1])[ADDRESS], '([^@]*)$'), number)
    added = added + 1
  else
    local old, new = cjson.decode(before), cjson.decode(ARGV[i + 1])
    local tags = unite(old[TAGS], new[TAGS])
    old[1] = new[1]
    for field = 3, LAST do
      -- An earlier shape ends before the newer fields.
      if new[field] ~= '' or not old[field] then old[field] = new[field] end
    end
    old[TAGS] = tags
    local after = cjson.encode(old)
    if after == cjson.encode(cjson.decode(before)) then
      unchanged = unchanged + 1
    else
      note_change(number, before, KEYS[7], KEYS[8], KEYS[9])
      redis.call('HSET', bucket, number, after)
      updated = updated + 1
    end
  end
  if redis.call('HEXISTS', KEYS[6], ARGV[i] .. ' ' .. ARGV[1]) == 1 then
    left = left + 1
  else
    redis.call('SETBIT', KEYS[3], number, 1)
  end
end
return {added, updated, unchanged, left}
