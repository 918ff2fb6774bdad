-- A label's key made anew, where nobody has the new one: a family and its shard's labels; the labels' old and new field, the family's old and new key.
tries_hash(KEYS[1])
tries_hash(KEYS[2])
may('HSETNX', KEYS[2], '', '')
local held = redis.call('HGET', KEYS[2], ARGV[1])
if not held or redis.call('HGET', KEYS[1], 'k') ~= ARGV[3] then return 0 end
if redis.call('HSETNX', KEYS[2], ARGV[2], held) == 0 then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[1], 'k', ARGV[4])
return 1
