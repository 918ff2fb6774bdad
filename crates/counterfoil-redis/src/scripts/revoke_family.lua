-- Revokes a family: realm and owner, r (at, why, the tombstone's end), its entry in the index of standing families (''
-- if it was not found there).
local whose, r, found = unpack(ARGV, 1, 3)
local f = call('HMGET', F, 'i', 'e', 'c', 'r')
local i, e, c = f[1], f[2], f[3]
local _, _, owner = who(i)
local ends = i and e and not f[4] and owner == whose
if ends then end_family(F, i, c, e, r) end
-- A row that does not decode does not name its owner, but its index entry does.
if i and owner == '' and not f[4] then
  if found == '' then return 2 end
  call('HSET', F, 'r', r)
  ends = true
end
-- A place leaves the standing with the call that found it, even one that stands for nobody: the next call must find
-- others.
if found ~= '' then call('ZREM', S, found) end
return ends and 1 or 0
