-- Adds records to a family. Arguments: now, the expected generation, the maximum number of live access tokens ('' if
-- there is no limit), the realm and owner of the records, the number of records, their values.
local now, generation, most, whose, count = unpack(ARGV, 1, 5)
count = tonumber(count)
local f = call('HMGET', F, 'i', 'r', 'g', 'e', 'k', 'c')
local i, r, g, e, k, c = f[1], f[2], f[3], f[4], f[5], f[6]
if not i or r then return { 'ended' } end
local hit = taken(6, count)
if hit then return { 'id', hit } end
if g ~= generation then return { 'moved' } end
local _, _, owner = who(i)
if owner ~= whose then return { 'fault' } end
local first = access_full(most, now, 6, count)
if first then return { 'crowded', first } end
move_ends(i, c, e, e:sub(1, 32) .. now, k)
add(i, 6, count)
return { 'done' }
