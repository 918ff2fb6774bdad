-- Adds to a family: generation, the records' realm and owner, fault, twice, count, records.
local generation, whose, fault, twice, count = unpack(ARGV, 1, 5)
count = tonumber(count)
local f = call('HMGET', F, 'i', 'r', 'g')
if not f[1] or f[2] then return { 'ended' } end
local hit = taken(6, count, tonumber(twice))
if hit then return { 'id', hit } end
if f[3] ~= generation then return { 'moved' } end
local _, _, owner = who(f[1])
if fault == '1' or owner ~= whose then return { 'fault' } end
add(f[1], 6, count)
return { 'done' }
