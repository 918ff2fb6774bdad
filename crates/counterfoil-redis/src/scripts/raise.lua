-- Raises the version of the stored layout, and never lowers it. Argument: the version.
local version = ARGV[1]
local found = redis.call('GET', KEYS[1])
if not found or tonumber(found) < tonumber(version) then redis.call('SET', KEYS[1], version) end
return 1
