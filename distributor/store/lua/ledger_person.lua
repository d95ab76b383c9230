-- Find one person in a frozen audience, with the state of their message and what was reported of it. Changes nothing.
-- KEYS  1 members (4 bytes each)   2 runs (see audience_runs.py)   3 states   4 beginning of the names of the timelines
-- ARGV  1 the person's number   2 recipients per timeline
-- Returns {index, letter, lines…}, {-1} when they are not in it, {-2} when nobody has looked for the runs yet,
--         {-3} when the audience has too many of them.
-- The timeline's name follows from the index; it has the same hash tag.
local size = redis.call('STRLEN', KEYS[1]) / 4
if size == 0 then return {-1} end
local runs = redis.call('GET', KEYS[2])
if not runs then return {-2} end
if runs == 'x' then return {-3} end

local function number_in(text, at)
  local a, b, c, d = string.byte(text, at, at + 3)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

local function member(index)
  return number_in(redis.call('GETRANGE', KEYS[1], 4 * index, 4 * index + 3), 1)
end

local function all_about(index)
  local found = {index, redis.call('GETRANGE', KEYS[3], index, index)}
  local block = math.floor(index / tonumber(ARGV[2]))
  for _, line in ipairs(redis.call('LRANGE', KEYS[4] .. block, 0, -1)) do
    if string.byte(line) == index % tonumber(ARGV[2]) then found[#found + 1] = line end
  end
  return found
end

local wanted = tonumber(ARGV[1])
for at = 1, #runs, 12 do
  if number_in(runs, at + 4) <= wanted and wanted <= number_in(runs, at + 8) then
    local low, high = number_in(runs, at), (at + 12 < #runs and number_in(runs, at + 12) or size) - 1
    while low < high do
      local middle = math.floor((low + high) / 2)
      if member(middle) < wanted then low = middle + 1 else high = middle end
    end
    if member(low) == wanted then return all_about(low) end
  end
end
return {-1}
