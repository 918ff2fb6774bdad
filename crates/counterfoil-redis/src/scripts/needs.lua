-- What a script may have to write is tried before it looks at anything, with arguments that change nothing: what stops a
-- write (a replica, a full memory or disk, a user without the right) then stops all of it. Nothing undoes a step half done.

-- A command whose arguments are wrong on purpose: any other error is raised as the server has it.
local function attempts(command, ...)
  local told = redis.pcall(command, ...)
  if type(told) ~= 'table' or not told.err then return end
  if told.err:find('wrong number of arguments', 1, true) or told.err:find('not an integer', 1, true) then return end
  redis.call(command, ...)
end

-- The right alone, where the server can be asked for it: from version 7 on.
local function may(command, ...)
  if not (redis.acl_check_cmd and redis.acl_check_cmd(command, ...)) then attempts(command, ...) end
end

-- Of a sorted set. XX: it adds no member. The first, for it is refused where memory is full.
local function tries_places(key)
  redis.call('ZADD', key, 'XX', 0, '')
  redis.call('ZREM', key, '')
end

-- Of a hash.
local function tries_hash(key)
  may('HSET', key, '', '', '')
  may('HINCRBY', key, '', 'x')
  redis.call('HDEL', key, '')
  redis.call('HGET', key, '')
end
