-- Writes a whole family that is not there: i, g, e, r ('' where it is not revoked), c ('' for none), label ('' or '+' and
-- key), nonce with its member before it ('' for none), count; then for each member, from the leader on: member, and the
-- values of b, t, v, x, n, q, s, r, u ('' where it has none).
local i, g, e, r, c, label, nonce, count, leader = unpack(ARGV, 1, 9)
count = tonumber(count)
local WHOLE = 10

if call('EXISTS', F) == 1 then
  for _, field in ipairs(call('HKEYS', F)) do
    if #field == 7 and field:sub(1, 1) == 'b' then return { 'id', FAMILY .. field:sub(2) } end
  end
  return { 'id', FAMILY .. leader }
end
local kind, realm, owner = who(i)
local k = label:sub(2)
if label ~= '' then
  local held = call('HGET', L, owner .. k)
  if held then return { 'label', held:sub(1, 10) } end
end

local rows, owners, kinds, due, access, chain, keys = {}, {}, {}, {}, {}, {}, {}
for first = 9, 8 + count * WHOLE, WHOLE do
  local m, b, t, v, x, n, q, s, own, u = unpack(ARGV, first, first + WHOLE - 1)
  local id, of = FAMILY .. m, b:sub(2, 4)
  for letter, value in pairs({ b = b, t = t, v = v, x = x, n = n, q = q, s = s, r = own, u = u }) do
    if value ~= '' then push(rows, letter .. m, value) end
  end
  if b:sub(1, 1) ~= 's' then
    push(owners, 0, owner .. of .. b:sub(25, 40) .. id)
    push(kinds, 0, realm .. of .. id)
  end
  if n ~= '' then push(due, 0, n:sub(1, 16) .. id) end
  if of == ACCESS and own == '' then push(access, 0, access_entry(m, x)) end
  if s ~= '' then chain['h' .. b:sub(5, 24)] = (chain['h' .. b:sub(5, 24)] or '') .. m end
  keys[b:sub(41, 50)] = (keys[b:sub(41, 50)] or 0) + 1
  index_for_purge(m, b, x, n ~= '', s ~= '' and s or nil, r ~= '')
end
for field, members in pairs(chain) do push(rows, field, members) end
many('HSET', F, rows)
many('ZADD', O, owners)
many('ZADD', K, kinds)
many('ZADD', D, due)
many('ZADD', Y, access)
for key, members in pairs(keys) do call('HINCRBY', C, key, members) end
call('HSET', F, 'i', i, 'g', g, 'e', e, 'n', count)
if c ~= '' then call('HSET', F, 'c', c) end
if nonce ~= '' then call('HSET', F, 'o', nonce) end
if label ~= '' then
  call('HSET', F, 'k', k)
  call('HSET', L, owner .. k, FAMILY .. e:sub(17, 32))
end
if r ~= '' then
  call('HSET', F, 'r', r)
  call('ZADD', T, r:sub(20, 35), FAMILY)
else
  call('ZADD', S, 0, standing(FAMILY, i, c ~= '' and c, e))
end
return { 'done' }
