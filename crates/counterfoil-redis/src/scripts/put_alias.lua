-- Writes the entry of an alias. Arguments: alias, the position after the alias, the expected id ('' if there is no
-- entry), the new id and instant. KEYS: the aliases of the shard, each followed by its id and instant.
local alias, after, expect, new = unpack(ARGV, 1, 4)
tries_places(KEYS[1])
local found = redis.call('ZRANGEBYLEX', KEYS[1], '[' .. alias, '(' .. after, 'LIMIT', 0, 1)[1]
if found and #found ~= 64 then return { 'corrupt' } end
if (found and found:sub(33, 48) or '') ~= expect then
  return found and { 'taken', found } or { 'missing' }
end
if found then redis.call('ZREM', KEYS[1], found) end
redis.call('ZADD', KEYS[1], 0, alias .. new)
return { 'done' }
