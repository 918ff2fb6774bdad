-- Counts one attempt: key, now, the end of a window that began now, limit. KEYS: counters (end and count), keys by end.
local key, now, ends, limit = unpack(ARGV, 1, 4)
local counter = redis.call('HGET', KEYS[1], key)
if counter and counter:sub(1, 16) > now then
  local count = tonumber(counter:sub(17))
  if count >= tonumber(limit) then return { 'wait', counter:sub(1, 16) } end
  redis.call('HSET', KEYS[1], key, counter:sub(1, 16) .. string.format('%.0f', count + 1))
else
  redis.call('HSET', KEYS[1], key, ends .. '1')
  redis.call('ZADD', KEYS[2], ends, key)
end
return { 'done' }
