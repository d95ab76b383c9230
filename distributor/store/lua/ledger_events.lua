-- Write what the provider reports about single deliveries. An event moves a delivery only up the ranks, so that every order and
-- every repetition ends the same. Only the delivery that it names moves here; ledger_prove.lua draws what follows for its batch.
-- KEYS  1 states   2 counts   3 and on: one bitmap per mark
-- ARGV  1 letters that events may move, lowest rank first (core.delivery.RANKS)
--       2 and on, in threes: index from 0, letter that the event proves or "", number of the mark from 1 or 0
--       at most 500 events a call, so that no call is long
-- Returns {moved, repeated, contradictory}
--   repeated       the delivery was as far already, or the mark was set
--   contradictory  about somebody who never left, or whom nobody knows; nothing changed
local rank = {}
for i = 1, #ARGV[1] do rank[string.sub(ARGV[1], i, i)] = i end
local moved, repeated, contradictory = 0, 0, 0
local change = {}
for i = 2, #ARGV, 3 do
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
    if is_new then moved = moved + 1 else repeated = repeated + 1 end
  end
end
for letter, by in pairs(change) do
  if by ~= 0 then redis.call('HINCRBY', KEYS[2], letter, by) end
end
return {moved, repeated, contradictory}
