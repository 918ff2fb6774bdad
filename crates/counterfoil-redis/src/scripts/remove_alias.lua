-- Removes the entry of an alias. Arguments: alias, the position after the alias, the expected id. KEYS: the aliases of
-- the shard, each followed by its id and instant.
redis.call('ZREM', KEYS[1], '')
local alias, after, expect = unpack(ARGV, 1, 3)
local found = redis.call('ZRANGEBYLEX', KEYS[1], '[' .. alias, '(' .. after, 'LIMIT', 0, 1)[1]
if not found or #found ~= 64 or found:sub(33, 48) ~= expect then return 0 end
redis.call('ZREM', KEYS[1], found)
return 1
