-- Revokes a family: realm and owner, r (at, why, the tombstone's end). One field for all members; what a purge needs of it moves with it.
local whose, r = ARGV[1], ARGV[2]
local f = call('HMGET', F, 'i', 'e', 'k')
if not f[1] then return 0 end
local kind, _, owner = who(f[1])
if owner ~= whose or call('HSETNX', F, 'r', r) == 0 then return 0 end
if f[3] then
  call('HDEL', L, owner .. f[3])
  call('HDEL', F, 'k')
end
call('ZREM', S, standing(owner, kind, f[2]:sub(1, 16)))
call('ZADD', T, r:sub(20, 35), FAMILY)
return 1
