-- Writes the instant of an upkeep. Arguments: the expected last instant ('' if there is none), the new instant.
local expect, at = unpack(ARGV, 1, 2)
attempts('HSET', KEYS[1], '', '', '')
may('HGET', KEYS[1], '')
local last = redis.call('HGET', KEYS[1], 'a')
if (last or '') ~= expect then return 0 end
redis.call('HSET', KEYS[1], 'a', at)
return 1
