-- Writes the data that layout 1 lacks. Arguments: the maximum number of fields to read, the client of each family (''
-- if none). The families are lent. Returns the number of families that were checked. Skips families that have the data,
-- so the script may be repeated, and several processes may run it at the same time.
tries_places(S)
tries_hash(F)
call('HMGET', F, '')
may('HGETALL', F)
local left = ARGV[1]
left = tonumber(left)

local function family(c)
  local f = call('HMGET', F, 'i', 'e', 'r')
  local i, e, r = f[1], f[2], f[3]
  if not i or not e or #e ~= 32 then return end
  local all, row = call('HGETALL', F), {}
  left = left - #all
  for at = 1, #all, 2 do row[all[at]] = all[at + 1] end
  -- The last use is the latest instant at which a member was created or rotated, or its expiry was changed.
  local used, access = string.rep('0', 16), {}
  for field, x in pairs(row) do
    local m = field:sub(2)
    local b = row['b' .. m]
    if #field == 7 and field:sub(1, 1) == 'x' and #x == 48 and b then
      if x:sub(17, 32) > used then used = x:sub(17, 32) end
      if b:sub(2, 4) == ACCESS and not row['r' .. m] then push(access, 0, access_entry(m, x)) end
    end
  end
  many('ZADD', Y, access)
  if c ~= '' then call('HSET', F, 'c', c) end
  call('HSET', F, 'e', e .. used)
  if r then return end
  call('ZREM', S, standing(FAMILY, i, nil, e))
  call('ZADD', S, 0, standing(FAMILY, i, c ~= '' and c or nil, e .. used))
end

for at = 2, #ARGV do
  if left <= 0 then return at - 2 end
  F = KEYS[13 + at]
  FAMILY = F:sub(-10)
  family(ARGV[at])
end
return #ARGV - 1
