-- Returns the live ones of the given records. Arguments: now, the maximum number to return, the members. The families
-- are lent, one for each member. Returns the number of records that were checked; then, for each live record, its
-- position and its fields. A record that does not decode is returned too, so that the caller can count it.
local now, left = unpack(ARGV, 1, 2)
left = tonumber(left)
local seen, found = 0, {}
for at = 3, #ARGV do
  if left == 0 then break end
  seen = seen + 1
  F = KEYS[14 + seen]
  local m = ARGV[at]
  local f = call('HMGET', F, 'r', 'b' .. m, 'x' .. m, 's' .. m, 'r' .. m)
  local r, b, x, s, own = f[1], f[2], f[3] or NONE, f[4] or NONE, f[5]
  local over = #s == 48 and reached(s:sub(17, 32), now) or #x == 48 and reached(x:sub(33, 48), now)
  if b and b:sub(1, 1) ~= 's' and not r and not own and not over then
    push(found, seen, fields(m))
    left = left - 1
  end
end
return { 'done', seen, unpack(found) }
