-- Switches on the log of a shard, if it is off. Argument: the random identity of the log.
local identity = ARGV[1]
tries_hash(KEYS[1])
if redis.call('HEXISTS', KEYS[1], 'e') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'i', identity, 'l', '0', 'e', '0')
return 1
