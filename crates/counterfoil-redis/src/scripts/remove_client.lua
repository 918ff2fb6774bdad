-- Removes a registration. Arguments: client id, the expected version. The version and the internal id are not removed.
tries_places(KEYS[2])
tries_hash(KEYS[1])
local id, expect = unpack(ARGV, 1, 2)
local f = redis.call('HMGET', KEYS[1], 'd' .. id, 'v' .. id)
if not f[1] or f[2] ~= expect then return 0 end
redis.call('HDEL', KEYS[1], 'd' .. id, 'k' .. id)
redis.call('ZREM', KEYS[2], id)
return 1
