-- Writes a step of the host to the log of the shard. Arguments: now, the step without its instant. KEYS[1] is not used.
-- Returns 0 if the log is off.
local now, what = unpack(ARGV, 1, 2)
if not NEWEST then return 0 end
log(now, what)
return 1
