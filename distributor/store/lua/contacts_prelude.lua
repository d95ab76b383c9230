-- Shared by the scripts that change contacts; the loader puts it before each of them.
-- The index of words covers the numbers up to a mark. What changes below it is noted as stale, with the record that the index knows;
-- what changes above it makes whoever is indexing there begin again.
local function bucket_of(number)
  return 'contacts:' .. math.floor(number / 256)
end

local function note_change(number, before, mark, stale, changes)
  if number <= tonumber(redis.call('GET', mark) or '0') then
    redis.call('HSETNX', stale, number, before or '')
  else
    redis.call('INCR', changes)
  end
end

-- Numbers of a rare word are a string of 4 bytes each, "word:…"; from so many on they are a bitmap, "words:…", and stay one.
local MOST_PACKED = 1024

local function set_bits(key, packed, bit)
  for at = 1, #packed, 4 do
    local a, b, c, d = string.byte(packed, at, at + 3)
    redis.call('SETBIT', key, ((a * 256 + b) * 256 + c) * 256 + d, bit)
  end
end

local function add_word(lexicon, word, packed)
  if redis.call('EXISTS', 'words:' .. word) == 1 then return set_bits('words:' .. word, packed, 1) end
  local size = redis.call('APPEND', 'word:' .. word, packed)
  if size == #packed then redis.call('ZADD', lexicon, 0, word) end
  if size > 4 * MOST_PACKED then
    set_bits('words:' .. word, redis.call('GET', 'word:' .. word), 1)
    redis.call('DEL', 'word:' .. word)
  end
end

local function remove_word(lexicon, word, packed)
  local rare, common = 'word:' .. word, 'words:' .. word
  local numbers = redis.call('GET', rare)
  if not numbers then
    set_bits(common, packed, 0)
    if redis.call('BITPOS', common, 1) == -1 then
      redis.call('DEL', common)
      redis.call('ZREM', lexicon, word)
    end
    return
  end
  local at = string.find(numbers, packed, 1, true)
  while at and at % 4 ~= 1 do at = string.find(numbers, packed, at + 1, true) end
  if not at then return end
  local rest = string.sub(numbers, 1, at - 1) .. string.sub(numbers, at + 4)
  if rest == '' then
    redis.call('DEL', rare)
    redis.call('ZREM', lexicon, word)
  else
    redis.call('SET', rare, rest)
  end
end
