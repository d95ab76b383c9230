-- Write what the provider reports about single deliveries. An event moves a delivery only up the ranks, so that every order and
-- every repetition ends the same. Only the delivery that it names moves here; ledger_prove.lua draws what follows for its batch.
-- What was reported stands in the timeline of its block, too, each thing once (core.timeline).
-- KEYS  1 states   2 counts   3, 4 one bitmap per mark   5 and on: timelines (lists)
-- ARGV  1 letters that events may move, lowest rank first (core.delivery.RANKS)
--       2 most lines of a timeline, beyond which only what is new is written
--       3 and on, in fives: index from 0, letter that the event proves or "", number of the mark from 1 or 0,
--       number of the timeline from 1 or 0 for none, line
--       at most 500 events a call, so that no call is long
-- Returns {moved, repeated, contradictory}
--   repeated       the delivery was as far already, or the mark was set
--   contradictory  about somebody who never left, or whom nobody knows; nothing changed
local most_lines = tonumber(ARGV[2])
local rank = {}
for i = 1, #ARGV[1] do rank[string.sub(ARGV[1], i, i)] = i end
local moved, repeated, contradictory = 0, 0, 0
local change = {}

-- What moves nothing may have come before; a full timeline takes no more of it.
local function is_told(timeline, line)
  return redis.call('LLEN', timeline) >= most_lines or redis.call('LPOS', timeline, line)
end

for i = 3, #ARGV, 5 do
  local at, letter, mark = tonumber(ARGV[i]), ARGV[i + 1], tonumber(ARGV[i + 2])
  local current = redis.call('GETRANGE', KEYS[1], at, at)
  local is_new = false
  if not rank[current] then
    contradictory = contradictory + 1
  else
    if letter ~= '' and rank[letter] > rank[current] then
      redis.call('SETRANGE', KEYS[1], at, letter)
      change[current] = (change[current] or 0) - 1
      change[letter] = (change[letter] or 0) + 1
      is_new = true
    end
    if mark > 0 and redis.call('SETBIT', KEYS[2 + mark], at, 1) == 0 then is_new = true end
    local timeline, line = KEYS[4 + tonumber(ARGV[i + 3])], ARGV[i + 4]
    if ARGV[i + 3] ~= '0' and (is_new or not is_told(timeline, line)) then redis.call('RPUSH', timeline, line) end
    if is_new then moved = moved + 1 else repeated = repeated + 1 end
  end
end
for letter, by in pairs(change) do
  if by ~= 0 then redis.call('HINCRBY', KEYS[2], letter, by) end
end
return {moved, repeated, contradictory}
