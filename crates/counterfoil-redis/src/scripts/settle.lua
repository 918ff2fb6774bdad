-- Settles a notice: member, held, next ('' for none), sent ('' for none), how many are remembered.
local m, held, next, sent, most = unpack(ARGV, 1, 5)
local f = call('HMGET', F, 'b' .. m, 'n' .. m, 'q' .. m, 'x' .. m, 's' .. m, 'r')
local b, n, q, x, s, r = f[1], f[2], f[3] or '', f[4], f[5], f[6]
if not b then return 0 end
-- A row that does not decode is not changed.
if (#b ~= 82 and #b ~= 98) or not x then return 2 end
-- A shrunk record keeps no sent notices.
if sent ~= '' and b:sub(1, 1) ~= 's' then
  local known = false
  for at = 1, #q, 19 do
    known = known or q:sub(at, at + 18) == sent
  end
  if not known then
    if #q >= 19 * tonumber(most) then q = q:sub(20) end
    call('HSET', F, 'q' .. m, q .. sent)
  end
end
if n ~= held then return 0 end
notify(m, n, next)
if (next == '') ~= (not n) then
  index_for_purge(m, b, x, next ~= '', s, r)
  -- A revoked family that waited for the limit of unsent notices is checked again.
  if r and next == '' and call('ZREM', U, FAMILY) == 1 then call('ZADD', T, r:sub(20, 35), FAMILY) end
end
return 1
