-- Writes the settings of a realm. Arguments: the expected version ('' if there are no settings), document.
local expect, document = unpack(ARGV, 1, 2)
attempts('HSET', KEYS[1], '', '', '')
may('HINCRBY', KEYS[1], '', 'x')
may('HGET', KEYS[1], '')
local f = redis.call('HMGET', KEYS[1], 'v', 'd')
if (f[1] or '') ~= expect then return { 'stale', f[1], f[2] } end
if f[1] then redis.call('HINCRBY', KEYS[1], 'v', 1) else redis.call('HSET', KEYS[1], 'v', '0') end
redis.call('HSET', KEYS[1], 'd', document)
return { 'done', redis.call('HGET', KEYS[1], 'v') }
