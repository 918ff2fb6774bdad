-- Removes counters that have no meaning any more: now, how many at most. KEYS: counters, keys by then; the same two of an older version, which knew no attempts
-- under way and whose counters lasted a minute: they go whatever the time is.
-- Neither needs memory: a full server is purged too.
redis.call('ZREM', KEYS[2], '')
redis.call('HDEL', KEYS[1], '')
local now, most = ARGV[1], tonumber(ARGV[2])
local went = 0
for _, of in ipairs({ { 1, now }, { 3, '+inf' } }) do
  local first, ended_at = of[1], of[2]
  local ended = redis.call('ZRANGEBYSCORE', KEYS[first + 1], '-inf', ended_at, 'LIMIT', 0, most - went)
  for _, key in ipairs(ended) do
    redis.call('HDEL', KEYS[first], key)
    redis.call('ZREM', KEYS[first + 1], key)
  end
  went = went + #ended
end
return went
