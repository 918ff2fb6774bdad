-- Replaces a label's key, unless another family has the new key. KEYS: a family, the labels of its shard. Arguments:
-- the old and the new field in the labels, the old and the new key of the family's label.
local old_field, new_field, old_key, new_key = unpack(ARGV, 1, 4)
tries_hash(KEYS[1])
tries_hash(KEYS[2])
may('HSETNX', KEYS[2], '', '')
local held = redis.call('HGET', KEYS[2], old_field)
if not held or redis.call('HGET', KEYS[1], 'k') ~= old_key then return 0 end
if redis.call('HSETNX', KEYS[2], new_field, held) == 0 then return 0 end
redis.call('HDEL', KEYS[2], old_field)
redis.call('HSET', KEYS[1], 'k', new_key)
return 1
