-- Rotates: step, parent, now, fault, twice, the new records' realm and owner, count; then for 'supersede' expect, successor, nonce, honoured_until,
-- gone_at, keep, the successor's ends, for 'slide' expires_at, gone_at; records from 15.
local step, m, now, fault, twice, whose, count = unpack(ARGV, 1, 7)
count = tonumber(count)
local f = fields(m)
local i, g, e, k, b, x, n, s = f[1], f[2], f[3], f[4], f[7], f[10], f[11], f[13]
if not b then return { 'missing' } end
if f[5] or f[14] then return { 'ended' } end
local slides, ends = step == 'slide', x:sub(1, 16)
if s or (not slides and f[9] ~= ARGV[8]) or (slides and ends ~= NONE and ends <= now) then return { 'stale', f } end
local hit = taken(15, count, tonumber(twice))
if hit then return { 'id', hit } end
local _, _, owner = who(i)
local newest = slides and tonumber(g) or tonumber(g) + 1
if count > 0 and owner ~= whose then fault = '1' end
for at = 15, 14 + count * WIDE, WIDE do
  if ARGV[at + 1]:sub(5, 24) > string.format('%020.0f', newest) then fault = '1' end
end
if fault == '1' then return { 'fault' } end

if slides then
  -- The later of the two; nothing is later than no end.
  local function forward(old, new)
    return (old == NONE or old > new) and old or new
  end
  x = forward(ends, ARGV[8]) .. now .. forward(x:sub(33, 48), ARGV[9])
  call('HSET', F, 'x' .. m, x)
  if b:sub(2, 4) == i:sub(1, 3) and tonumber(b:sub(5, 24)) == newest then
    move_ends(i, e, forward(e:sub(1, 16), ARGV[8]) .. forward(e:sub(17, 32), ARGV[9]), k)
  end
  place(m, b, x, n, s, false)
  add(i, 15, count)
  return { 'done' }
end

local successor, nonce, honoured, gone, keep = unpack(ARGV, 9, 13)
add(i, 15, count)
s, x = now .. honoured .. successor, x:sub(1, 32) .. gone
local generation = 'h' .. b:sub(5, 24)
call('HSET', F, 's' .. m, s, 'x' .. m, x, generation, (call('HGET', F, generation) or '') .. m)
call('HINCRBY', F, 'v' .. m, 1)
call('HINCRBY', F, 'g', 1)
-- One field for the family's one nonce: writing the parent's wipes the grandparent's.
if nonce == '' then call('HDEL', F, 'o') else call('HSET', F, 'o', m .. nonce) end
if n then notify(m, n, '') end
move_ends(i, e, ARGV[14], k)
place(m, b, x, false, s, false)
local out = newest - tonumber(keep)
local leaving = out >= 0 and call('HGET', F, string.format('h%020.0f', out))
if leaving then
  for at = 1, #leaving, 6 do
    -- The parent stays, whatever keep is: without it the loser of this very rotation would find nothing.
    if leaving:sub(at, at + 5) ~= m then remove(leaving:sub(at, at + 5)) end
  end
end
return { 'done' }
