-- Writes a lower version of the layout, if the version is still the given one. Arguments: the given version, the new
-- version.
local found, version = unpack(ARGV, 1, 2)
if redis.call('GET', KEYS[1]) == found then redis.call('SET', KEYS[1], version) end
return 1
