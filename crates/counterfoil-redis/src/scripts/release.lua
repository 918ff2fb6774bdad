-- Gives one attempt back: key. Never below zero, and no counter is made.
local counter = redis.call('HGET', KEYS[1], ARGV[1])
local count = counter and tonumber(counter:sub(17)) or 0
if count > 0 then redis.call('HSET', KEYS[1], ARGV[1], counter:sub(1, 16) .. string.format('%.0f', count - 1)) end
return 1
