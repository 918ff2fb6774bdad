-- Switches off the log of a shard, and removes its key.
tries_hash(KEYS[1])
local fields = redis.call('HKEYS', KEYS[1])
for from = 1, #fields, 2000 do
  redis.call('HDEL', KEYS[1], unpack(fields, from, math.min(from + 1999, #fields)))
end
return 1
