-- Shared by all ledger scripts; the loader puts it before each of them.
-- Instants are microseconds of Redis's own clock: below 2^53, so exact in Lua's numbers, and written in full by stamp().
local function now_us()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function stamp(us)
  return string.format('%.0f', us)
end

-- A claim is stored as token|end of lease|phase; phase c: claimed, s: submitting.
local function read_claim(value)
  if not value then return nil end
  local token, lease, phase = string.match(value, '^([^|]*)|([^|]*)|(.)$')
  return token, tonumber(lease), phase
end

local function write_claim(claims, start, token, lease, phase)
  redis.call('HSET', claims, start, token .. '|' .. stamp(lease) .. '|' .. phase)
end

-- Move everybody of a range who is in one state to another, and the counters with them. Returns how many moved.
local function move(states, counts, first, count, from, to)
  local packed, moved = string.gsub(redis.call('GETRANGE', states, first, first + count - 1), from, to)
  if moved > 0 then
    redis.call('SETRANGE', states, first, packed)
    redis.call('HINCRBY', counts, from, -moved)
    redis.call('HINCRBY', counts, to, moved)
  end
  return moved
end

-- Of a range that is planned again, those who asked to be left alone while it was under way do not go. Their line of the
-- suppression journal is applied already and will not come again, so `asked` remembers them.
local function leave_alone(states, counts, asked, first, count)
  for _, at in ipairs(redis.call('ZRANGEBYSCORE', asked, first, first + count - 1)) do
    move(states, counts, tonumber(at), 1, 'p', 'S')
  end
end

-- Whether the provider has reported about somebody in a batch that was handed over. Only events write these letters while the
-- others still wait for the answer, and a request is taken whole: so all of it was. Not where each message goes by itself
-- (`single`, a mail server): there one message proves nothing of another.
local function is_evident(meta, states, first, count)
  if redis.call('HGET', meta, 'single') then return false end
  return string.find(redis.call('GETRANGE', states, first, first + count - 1), '[adDBxCU]') ~= nil
end

local function size_of(batches, start)
  return tonumber(redis.call('HGET', batches, start .. ':n') or '0')
end
