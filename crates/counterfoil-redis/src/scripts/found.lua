-- Founds a family: now, the least live_until that counts, cap, i, e, label ('' or '+' and key), the lent holder, fault, twice, count, records.
local now, counts, cap, i, e, label, lent, fault, twice, count = unpack(ARGV, 1, 10)
count = tonumber(count)
local hit = taken(11, count, tonumber(twice))
if hit then return { 'id', hit } end
if call('EXISTS', F) == 1 then
  -- Nine random bytes twice: this never happens, so it may look for a member the long way.
  for _, field in ipairs(call('HKEYS', F)) do
    if #field == 7 and field:sub(1, 1) == 'b' then return { 'id', FAMILY .. field:sub(2) } end
  end
end
if fault == '1' then return { 'fault' } end
local kind, _, owner = who(i)
local k = label:sub(2)
if label ~= '' then
  local no = refused(owner .. k, now, lent)
  if no then return no end
end
if cap ~= '0' then
  local last = '[' .. owner .. kind .. NEVER .. string.rep('\255', 10)
  if call('ZLEXCOUNT', S, '[' .. owner .. kind .. counts, last) >= tonumber(cap) then return { 'full' } end
end
call('HSET', F, 'i', i, 'g', '0', 'e', e)
if label ~= '' then
  displace(lent, k)
  call('HSET', F, 'k', k)
  call('HSET', L, owner .. k, FAMILY .. e:sub(17, 32))
end
call('ZADD', S, 0, standing(owner, kind, e:sub(1, 16)))
add(i, 11, count)
return { 'done' }
