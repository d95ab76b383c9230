-- Give one open batch to a worker, under a lease: the first of those it has at hand that may go now, else the lowest that may.
-- Repeated with the same token it gives the same answer and changes nothing, so a lost reply costs nothing.
-- KEYS  1 meta   2 states   3 counts   4 open   5 batches   6 claims
-- ARGV  1 token (never used before)   2 lease in microseconds   3 how long before the lift claims open, in microseconds
--       4 "1" when the channel is a thread: one part at a time, none after one that is refused or in doubt
--       5 the channel's name   6 … starts of batches whose bodies the worker has at hand (never for a thread)
-- Returns {'claimed', start, count, master, attempt}
--       | {'wait', microseconds}     not yet: before the lift, told to pause, or the next try is later
--       | {'busy'}                   a thread's part is under way with another worker
--       | {'cut'}                    a thread that cannot go on by itself
--       | {'held'} | {'empty'} | {'unprepared'}
local now = now_us()
local claims = redis.call('HGETALL', KEYS[6])
for i = 1, #claims, 2 do
  if read_claim(claims[i + 1]) == ARGV[1] then
    local known = redis.call('HMGET', KEYS[5], claims[i] .. ':n', claims[i] .. ':master', claims[i] .. ':try')
    return {'claimed', tonumber(claims[i]), tonumber(known[1]), known[2], tonumber(known[3])}
  end
end
local meta = redis.call('HMGET', KEYS[1], 'lift_us', 'held', 'cancelled', 'pause:' .. ARGV[5], 'prepared:' .. ARGV[5], 'held:' .. ARGV[5])
if not meta[5] then return {'unprepared'} end
if (meta[2] and meta[2] ~= '') or meta[3] == '1' or meta[6] then return {'held'} end
local opens = math.max(tonumber(meta[1]) - tonumber(ARGV[3]), tonumber(meta[4] or '0'))
if now < opens then return {'wait', opens - now} end
if ARGV[4] == '1' then
  local bad = redis.call('HMGET', KEYS[3], 'r', 'u')
  if tonumber(bad[1] or '0') + tonumber(bad[2] or '0') > 0 then return {'cut'} end
  if #claims > 0 then return {'busy'} end
end
local at_hand = 6
local function next_at_hand()
  while ARGV[at_hand] do
    local start = ARGV[at_hand]
    at_hand = at_hand + 1
    local from = redis.call('ZSCORE', KEYS[4], start)
    if from and tonumber(from) <= now then return start end
  end
end
-- A batch whose people were all suppressed meanwhile has nobody left to claim; it is passed over, a bounded number of times.
for _ = 1, 100 do
  local start
  if ARGV[4] == '1' then
    local scored = redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
    local lowest, due
    for i = 1, #scored, 2 do
      local candidate = tonumber(scored[i])
      if not lowest or candidate < lowest then lowest, due = candidate, tonumber(scored[i + 1]) end
    end
    if not lowest then return {'empty'} end
    if due > now then return {'wait', due - now} end
    start = tostring(lowest)
  else
    start = next_at_hand() or redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, 1)[1]
  end
  if not start then
    local next_one = redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')
    if #next_one == 0 then return {'empty'} end
    return {'wait', tonumber(next_one[2]) - now}
  end
  redis.call('ZREM', KEYS[4], start)
  local known = redis.call('HMGET', KEYS[5], start .. ':n', start .. ':master')
  local first, count = tonumber(start), tonumber(known[1])
  if move(KEYS[2], KEYS[3], first, count, 'p', 'c') > 0 then
    write_claim(KEYS[6], start, ARGV[1], now + tonumber(ARGV[2]), 'c')
    local attempt = redis.call('HINCRBY', KEYS[5], start .. ':try', 1)
    return {'claimed', first, count, known[2], attempt}
  end
end
return {'wait', 0}
