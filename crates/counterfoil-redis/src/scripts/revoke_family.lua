-- Revokes a family. Arguments: realm and owner, the field `r` (instant, reason, end of the tombstone), the family's
-- entry in the index of families that are not revoked ('' if the caller did not find the family there).
local whose, r, found = unpack(ARGV, 1, 3)
local f = call('HMGET', F, 'i', 'e', 'c', 'r')
local i, e, c = f[1], f[2], f[3]
local _, _, owner = who(i)
local ends = i and e and not f[4] and owner == whose
if ends then end_family(F, i, c, e, r) end
-- A family that does not decode does not name its owner, but its index entry does.
if i and owner == '' and not f[4] then
  if found == '' then return 2 end
  call('HSET', F, 'r', r)
  log_family(r:sub(1, 16), FAMILY)
  ends = true
end
-- The entry is removed even if it belongs to no live family. Otherwise the next call would find the same entry again.
if found ~= '' then call('ZREM', S, found) end
return ends and 1 or 0
