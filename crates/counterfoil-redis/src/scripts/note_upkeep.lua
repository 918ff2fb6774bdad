-- Notes an upkeep: expect ('' for none), instant.
attempts('HSET', KEYS[1], '', '', '')
may('HGET', KEYS[1], '')
local at = redis.call('HGET', KEYS[1], 'a')
if (at or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'a', ARGV[2])
return 1
