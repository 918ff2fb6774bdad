-- Revokes one record: member, r (at, why), gone_at. Its label stays with the family.
local m, r, gone = unpack(ARGV, 1, 3)
local f = call('HMGET', F, 'r', 'b' .. m, 'x' .. m, 'n' .. m, 's' .. m)
if not f[2] or not f[3] or f[1] or call('HSETNX', F, 'r' .. m, r) == 0 then return 0 end
local x = f[3]:sub(1, 32) .. gone
call('HSET', F, 'x' .. m, x)
if f[4] then notify(m, f[4], '') end
place(m, f[2], x, false, f[5], false)
return 1
