-- Begin a request under an idempotency key, or say what became of the one that has it. While a request runs its record lives for a
-- lease only, so that a process that dies takes its key with it.
-- KEYS  1 record (hash: run, token, request, answer)
-- ARGV  1 run   2 token   3 request (fingerprint)   4 lease in milliseconds
-- Returns {"new"}, {"running"}, {"answered", answer}, {"other token"} or {"other request"}.
local found = redis.call('HMGET', KEYS[1], 'token', 'request', 'answer')
if not found[1] then
  redis.call('HSET', KEYS[1], 'run', ARGV[1], 'token', ARGV[2], 'request', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return {'new'}
end
if found[1] ~= ARGV[2] then return {'other token'} end
if found[2] ~= ARGV[3] then return {'other request'} end
if found[3] then return {'answered', found[3]} end
return {'running'}
