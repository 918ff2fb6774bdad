-- Removes counters that have no meaning any more: now, how many at most. KEYS: counters, keys by then; the two of the layout before, which held no attempts
-- under way and whose counters lasted a minute: they go as a whole.
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, key in ipairs(ended) do
  redis.call('HDEL', KEYS[1], key)
  redis.call('ZREM', KEYS[2], key)
end
redis.call('DEL', KEYS[3], KEYS[4])
return #ended
