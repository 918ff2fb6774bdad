-- Which of these records stand: now, how many at most are answered, then their members; their families are lent, one a
-- member. Answers how many were looked at, then for each that stands its number among them and its fields. One that
-- does not decode is answered too, so that the caller counts it.
local now, left = unpack(ARGV, 1, 2)
left = tonumber(left)
local seen, found = 0, {}
local function reached(at)
  return at ~= NONE and at <= now
end
for at = 3, #ARGV do
  if left == 0 then break end
  seen = seen + 1
  F = KEYS[13 + seen]
  local m = ARGV[at]
  local f = call('HMGET', F, 'r', 'b' .. m, 'x' .. m, 's' .. m, 'r' .. m)
  local r, b, x, s, own = f[1], f[2], f[3] or NONE, f[4] or NONE, f[5]
  local over = #s == 48 and reached(s:sub(17, 32)) or #x == 48 and reached(x:sub(33, 48))
  if b and b:sub(1, 1) ~= 's' and not r and not own and not over then
    push(found, seen, fields(m))
    left = left - 1
  end
end
return { 'done', seen, unpack(found) }
