-- Removes the oldest steps of the log of a shard. Arguments: the instant at which it stops, the maximum number.
-- Returns the number of removed steps.
tries_hash(KEYS[1])
local stop, most = unpack(ARGV, 1, 2)
local f = redis.call('HMGET', KEYS[1], 'e', 'l')
if not f[1] then return 0 end
local newest, trimmed = f[1] + 0, f[2] + 0
local oldest = {}
while #oldest < tonumber(most) and trimmed < newest do
  local number = string.format('%.0f', trimmed + 1)
  local step = redis.call('HGET', KEYS[1], number)
  if step and step:sub(1, 16) >= stop then break end
  trimmed = trimmed + 1
  oldest[#oldest + 1] = number
end
if #oldest > 0 then
  redis.call('HDEL', KEYS[1], unpack(oldest))
  redis.call('HSET', KEYS[1], 'l', string.format('%.0f', trimmed))
end
return #oldest
