-- What a script may have to write is tried before it looks at anything, with arguments that change nothing: what stops a
-- write (a replica, a full memory or disk, a user without the right) then stops all of it. Nothing undoes a step half done.
local function tries(command, ...)
  local told = redis.pcall(command, ...)
  if type(told) ~= 'table' or not told.err then return end
  -- Wrong on purpose. Anything else is raised as the server has it.
  if told.err:find('wrong number of arguments', 1, true) or told.err:find('not an integer', 1, true) then return end
  redis.call(command, ...)
end
-- Of a hash.
local function tries_hash(key)
  tries('HSET', key, '', '', '')
  tries('HINCRBY', key, '', 'x')
  tries('HDEL', key, '')
  tries('HGET', key, '')
end
-- Of a sorted set. XX: it adds no member.
local function tries_places(key)
  tries('ZADD', key, 'XX', 0, '')
  tries('ZREM', key, '')
end
