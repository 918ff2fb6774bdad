-- A script first tries every write command that it may need, with arguments that change nothing. A replica, full
-- memory, a full disk or a missing right then stops the script before its first write. This is necessary because the
-- server does not roll back a script that fails later.

-- Runs a command with invalid arguments. Raises every error except an error about the arguments.
local function attempts(command, ...)
  local result = redis.pcall(command, ...)
  if type(result) ~= 'table' or not result.err then return end
  if result.err:find('wrong number of arguments', 1, true) or result.err:find('not an integer', 1, true) then return end
  redis.call(command, ...)
end

-- Checks the right to run a command. A server older than version 7 cannot be asked, so the command is tried there.
local function may(command, ...)
  if not (redis.acl_check_cmd and redis.acl_check_cmd(command, ...)) then attempts(command, ...) end
end

-- Tries commands on a sorted set. `XX` adds no member. ZADD is first, because the server refuses it if memory is full.
local function tries_places(key)
  redis.call('ZADD', key, 'XX', 0, '')
  redis.call('ZREM', key, '')
end

-- Tries commands on a hash.
local function tries_hash(key)
  may('HSET', key, '', '', '')
  may('HINCRBY', key, '', 'x')
  redis.call('HDEL', key, '')
  redis.call('HGET', key, '')
end
