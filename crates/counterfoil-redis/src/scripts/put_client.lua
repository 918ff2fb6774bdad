-- Writes a registration. Arguments: client id, the expected version ('' if there is no registration), internal id,
-- document. KEYS: the documents, the client ids in order, all internal ids ever used.
tries_places(KEYS[2])
tries_hash(KEYS[1])
local id, expect, key, document = unpack(ARGV, 1, 4)
local f = redis.call('HMGET', KEYS[1], 'd' .. id, 'v' .. id, 'k' .. id)
if (f[1] and f[2] or '') ~= expect then return { 'stale', f[2], f[1] } end
if not (f[1] and f[3] == key) and redis.call('SADD', KEYS[3], key) == 0 then return { 'retired' } end
-- The version is not removed with a registration. So a version of a removed registration never matches a later one.
if f[2] then redis.call('HINCRBY', KEYS[1], 'v' .. id, 1) else redis.call('HSET', KEYS[1], 'v' .. id, '0') end
redis.call('HSET', KEYS[1], 'd' .. id, document, 'k' .. id, key)
redis.call('ZADD', KEYS[2], 0, id)
return { 'done', redis.call('HGET', KEYS[1], 'v' .. id) }
