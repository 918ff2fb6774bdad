-- Claims a notice: member, held, lease.
local m, held, lease = unpack(ARGV, 1, 3)
local f = call('HMGET', F, 'n' .. m, 'b' .. m)
if not f[2] then return { 'none' } end
if f[1] ~= held or lease <= held:sub(1, 16) then return { 'none' } end
notify(m, held, lease .. held:sub(17))
return { 'done', fields(m) }
