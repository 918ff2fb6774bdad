-- Completes interrupted purges. In an earlier version, a purge stopped in the middle if the server's user lacked a
-- right. Argument: now. The families are lent (see lib.lua).
call('ZREM', S, '')
tries_places(T)
tries_hash(F)
call('HMGET', F, '')
may('HKEYS', F)
local now = ARGV[1]

-- Whether the family has no members. If so, the rest of the family can be removed.
local function is_empty()
  if (tonumber(call('HGET', F, 'n') or 0) or 0) > 0 then return false end
  for _, field in ipairs(call('HKEYS', F)) do
    if #field == 7 and field:sub(1, 1) == 'b' then return false end
  end
  return true
end

for at = 15, #KEYS do
  F = KEYS[at]
  FAMILY = F:sub(-10)
  local f = call('HMGET', F, 'i', 'e', 'k', 'c', 'r')
  local i, e, k, c, r = f[1], f[2], f[3], f[4], f[5]
  if is_empty() then
    local _, _, owner = who(i)
    local held = k and call('HGET', L, owner .. k)
    if held and held:sub(1, 10) == FAMILY then call('HDEL', L, owner .. k) end
    if i and e then call('ZREM', S, standing(FAMILY, i, c, e)) end
    call('ZREM', T, FAMILY)
    call('ZREM', U, FAMILY)
    many('HDEL', F, call('HKEYS', F))
  elseif r and #r == 35 and r:match('^%d+$', 20) and reached(r:sub(20, 35), now) then
    -- The next purge checks the members of this family again.
    call('ZADD', T, r:sub(20, 35), FAMILY)
  end
end
return 1
