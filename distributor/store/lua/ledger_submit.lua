-- The gate. In one atomic moment: look at Redis's own clock, the holds, the seal, the late limit and the claim, and only when all
-- of them allow it mark the batch `submitting`. The caller must not call the provider on any other verdict.
-- A verdict that will not change by waiting a moment gives the batch back (claimed becomes planned).
-- Repeated with the same token after 'open' it answers 'open' again and changes nothing.
-- KEYS  1 meta   2 states   3 counts   4 open   5 batches   6 claims
-- ARGV  1 token   2 start   3 seal of the bytes at hand   4 lease in microseconds
--       5 how much of the suppression journal the caller has seen   6 the channel's name
-- Returns {verdict, now, lift, late, held, seal, owned, states}
--   verdict  'open' | 'early' | 'stale' (the journal has more: apply it and ask again) | 'held' | 'seal' | 'late' | 'lost'
--   now, lift, late in microseconds as strings; held "" or the reason; owned 1 or 0
--   states   the batch's letters when somebody in it does not go, "" when all do
local now = now_us()
local meta = redis.call('HMGET', KEYS[1], 'lift_us', 'late_us', 'held', 'cancelled', 'seal', 'journal_seen', 'held:' .. ARGV[6])
local lift, late = tonumber(meta[1]), tonumber(meta[2])
local held = meta[3] or ''
if held == '' then held = meta[7] or '' end
if meta[4] == '1' then held = 'cancelled' end
local token, lease, phase = read_claim(redis.call('HGET', KEYS[6], ARGV[2]))
local owned = token == ARGV[1] and (phase == 's' or now < lease)
local first, count = tonumber(ARGV[2]), size_of(KEYS[5], ARGV[2])

local function answer(verdict, states)
  return {verdict, stamp(now), meta[1], meta[2], held, meta[5] or '', owned and 1 or 0, states or ''}
end

local function leavers()
  local packed = redis.call('GETRANGE', KEYS[2], first, first + count - 1)
  if string.find(packed, '[^s]') then return packed end
  return ''
end

local function give_back()
  move(KEYS[2], KEYS[3], first, count, 'c', 'p')
  redis.call('HDEL', KEYS[6], ARGV[2])
  redis.call('ZADD', KEYS[4], 0, ARGV[2])
end

if not owned then return answer('lost') end
if phase == 's' then return answer('open', leavers()) end
if held ~= '' then
  give_back()
  return answer('held')
end
if ARGV[3] == '' or meta[5] ~= ARGV[3] then
  give_back()
  held = 'seal'
  redis.call('HSET', KEYS[1], 'held', held, 'held_by', 'distributor', 'held_us', stamp(now))
  return answer('seal')
end
if now < lift then return answer('early') end
if now >= late then
  give_back()
  held = 'late'
  redis.call('HSET', KEYS[1], 'held', held, 'held_by', 'distributor', 'held_us', stamp(now))
  return answer('late')
end
if tonumber(meta[6] or '0') < tonumber(ARGV[5]) then return answer('stale') end
if move(KEYS[2], KEYS[3], first, count, 'c', 's') == 0 then
  -- Everybody in it was suppressed between the claim and now.
  redis.call('HDEL', KEYS[6], ARGV[2])
  owned = false
  return answer('lost')
end
write_claim(KEYS[6], ARGV[2], ARGV[1], now + tonumber(ARGV[4]), 's')
redis.call('HSET', KEYS[5], ARGV[2] .. ':sent', stamp(now), ARGV[2] .. ':token', ARGV[1])
redis.call('HSETNX', KEYS[1], 'first_sent_us', stamp(now))
return answer('open', leavers())
