-- Take back what workers left behind: a lease that ended before the call gives the batch back, one that ended after the call
-- began leaves it in doubt, for nobody can say whether the provider took it, unless its events have said so already.
-- KEYS  1 meta   2 states   3 counts   4 open   5 batches   6 claims   7 doubts
-- ARGV  none
-- Returns {given back, in doubt}: numbers of batches.
local now = now_us()
local claims = redis.call('HGETALL', KEYS[6])
local back, doubt = 0, 0
for i = 1, #claims, 2 do
  local start = claims[i]
  local _, lease, phase = read_claim(claims[i + 1])
  if now >= lease then
    local first, count = tonumber(start), size_of(KEYS[5], start)
    redis.call('HDEL', KEYS[6], start)
    if phase == 's' then
      local letter = is_evident(KEYS[1], KEYS[2], first, count) and 'a' or 'u'
      move(KEYS[2], KEYS[3], first, count, 's', letter)
      redis.call('HSET', KEYS[5], start .. ':settled', letter, start .. ':end', stamp(now), start .. ':why',
                 'the worker did not come back')
      if letter == 'u' then
        redis.call('ZADD', KEYS[7], stamp(now), start)
        doubt = doubt + 1
      end
    else
      move(KEYS[2], KEYS[3], first, count, 'c', 'p')
      redis.call('ZADD', KEYS[4], 0, start)
      back = back + 1
    end
  end
end
return {back, doubt}
