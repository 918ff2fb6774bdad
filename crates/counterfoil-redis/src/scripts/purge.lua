-- Purges one shard. Arguments: now, the limit for unsent notices, the limit for windows, the maximum number of changes;
-- then triples of 'record' or 'family', member, number of the key. A record is removed, shrunk, or moved to another
-- entry, so that no later purge finds it at the same entry. A server with full memory can be purged too: the first
-- command needs no memory, and after a script's first write the server refuses no command because of full memory.
call('ZREM', G, '')
tries_places(G)
tries_hash(F)
call('HMGET', F, '')
call('HEXISTS', F, '')
call('EXISTS', F)
may('HKEYS', F)
may('HSCAN', F, '0')
local now, unsent, windows, left = unpack(ARGV, 1, 4)
left = tonumber(left)
local changed = 0

local function shrink(m, b, x, n, s)
  local id = FAMILY .. m
  local _, realm, owner = who(call('HGET', F, 'i'))
  call('ZREM', O, owner .. b:sub(2, 4) .. b:sub(25, 40) .. id)
  call('ZREM', K, realm .. b:sub(2, 4) .. id)
  if n then
    notify(m, n, '')
    local r = call('HGET', F, 'r')
    -- Without its notice, the member can be removed together with its family.
    if r and call('ZREM', U, FAMILY) == 1 then call('ZADD', T, r:sub(20, 35), FAMILY) end
  end
  local o = call('HGET', F, 'o')
  if o and o:sub(1, 6) == m then call('HDEL', F, 'o') end
  local old = x
  b, x = 's' .. b:sub(2, 24) .. s:sub(1, 16) .. b:sub(41, 82), NONE .. s:sub(1, 16) .. x:sub(33, 48)
  call('HSET', F, 'b' .. m, b, 'x' .. m, x, 't' .. m, '---')
  call('HDEL', F, 'q' .. m, 'u' .. m)
  if call('HEXISTS', F, 'r' .. m) == 0 then move_access(m, b, old, x) end
  index_for_purge(m, b, x, false, s, call('HEXISTS', F, 'r') == 1)
end

local function record(m)
  local f = call('HMGET', F, 'r', 'b' .. m, 'x' .. m, 'n' .. m, 's' .. m)
  local r, b, x, n, s = f[1], f[2], f[3], f[4], f[5]
  if not b or not x then
    for _, index in ipairs({ G, H, W }) do call('ZREM', index, FAMILY .. m) end
    return
  end
  local gone, window = x:sub(33, 48), s and s:sub(17, 32) or NONE
  if not r and reached(gone, now) and (not n or reached(gone, unsent)) then
    remove(m)
    changed, left = changed + 1, left - 1
  elseif reached(window, windows) and b:sub(1, 1) ~= 's' then
    shrink(m, b, x, n, s)
    changed, left = changed + 1, left - 1
  else
    index_for_purge(m, b, x, n, s, r)
  end
end

local function family()
  local r = call('HGET', F, 'r')
  if not r then
    call('ZREM', T, FAMILY)
    call('ZREM', U, FAMILY)
    return
  end
  local ends = r:sub(20, 35)
  if not reached(ends, now) then return end
  local all, cursor = reached(ends, unsent), '0'
  repeat
    local page = call('HSCAN', F, cursor, 'MATCH', 'b??????', 'COUNT', 512)
    cursor = page[1]
    for at = 1, #page[2], 2 do
      local field = page[2][at]
      local m = field:sub(2)
      if #field == 7 and (all or call('HEXISTS', F, 'n' .. m) == 0) and call('HEXISTS', F, field) == 1 then
        if left <= 0 then return end
        remove(m)
        changed, left = changed + 1, left - 1
      end
    end
  until cursor == '0'
  call('ZREM', T, FAMILY)
  if all then call('ZREM', U, FAMILY) elseif call('EXISTS', F) == 1 then call('ZADD', U, ends, FAMILY) end
end

for at = 5, #ARGV, 3 do
  if left <= 0 then break end
  local what, m, key = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  F = KEYS[tonumber(key)]
  FAMILY = F:sub(-10)
  if what == 'family' then family() else record(m) end
end
return changed
