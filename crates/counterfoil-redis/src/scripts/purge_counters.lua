-- Removes counters that have expired: now, how many at most. KEYS: counters, keys by expiry; then the same two of an
-- older version without attempts under way, whose counters lasted a minute: they are removed at once. Neither command
-- needs memory, so a full server is purged too.
redis.call('ZREM', KEYS[2], '')
redis.call('HDEL', KEYS[1], '')
local now, most = unpack(ARGV, 1, 2)
most = tonumber(most)
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
