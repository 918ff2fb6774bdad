-- A script first tries every write command that it may need, with arguments that change nothing. Whatever refuses a
-- write (a replica, full memory, a full disk, a missing right) then stops the script before its first write, for a
-- script is not rolled back.

-- Runs a command with invalid arguments; any error other than about these is raised.
local function attempts(command, ...)
  local result = redis.pcall(command, ...)
  if type(result) ~= 'table' or not result.err then return end
  if result.err:find('wrong number of arguments', 1, true) or result.err:find('not an integer', 1, true) then return end
  redis.call(command, ...)
end

-- Checks only the right, if the server can be asked: from version 7 on.
local function may(command, ...)
  if not (redis.acl_check_cmd and redis.acl_check_cmd(command, ...)) then attempts(command, ...) end
end

-- For a sorted set. XX adds no member. It comes first, for it is refused when memory is full.
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
