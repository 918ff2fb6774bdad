-- Settles a notice. Arguments: member, the expected notice, the next notice ('' if none), the sent notice ('' if none),
-- the maximum number of sent notices that a record keeps.
local m, held, next, sent, most = unpack(ARGV, 1, 5)
local f = call('HMGET', F, 'b' .. m, 'n' .. m, 'q' .. m, 'x' .. m, 's' .. m, 'r')
local b, n, q, x, s, r = f[1], f[2], f[3] or '', f[4], f[5], f[6]
if not b then return 0 end
-- A record that does not decode is not changed.
if not is_body(b) or not x then return 2 end
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
  -- The record has no notice any more. So the next purge must check the record's revoked family again.
  if r and next == '' and call('ZREM', U, FAMILY) == 1 then call('ZADD', T, r:sub(20, 35), FAMILY) end
end
return 1
