-- Removes expired counters. Arguments: now, the maximum number. KEYS: the counters, their keys by expiry; then both
-- keys for the counters of an older version. These counters lasted a minute, so they are removed at once. These
-- commands need no memory, so a server with full memory can be purged too.
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
