-- Revokes one record. Arguments: member, the field `r` (instant, reason), gone_at. The family keeps its label.
local m, r, gone = unpack(ARGV, 1, 3)
local f = call('HMGET', F, 'r', 'b' .. m, 'x' .. m, 'n' .. m, 's' .. m)
local ended, b, x, n, s = f[1], f[2], f[3], f[4], f[5]
if not b or not x or ended or call('HSETNX', F, 'r' .. m, r) == 0 then return 0 end
move_access(m, b, x, nil)
x = x:sub(1, 32) .. gone
call('HSET', F, 'x' .. m, x)
if n then notify(m, n, '') end
index_for_purge(m, b, x, false, s, false)
log_family(r:sub(1, 16), FAMILY)
return 1
