-- What every script of the tokens begins with. KEYS[1] is a family, KEYS[2] to KEYS[12] are its shard's indexes; keys.rs says what is in them.
--
-- Scripts decide first and write afterwards: an error can come only before the first write. Instants are texts of 16 digits that are compared and never
-- reckoned with; counts that may grow beyond ten to the fourteenth go through HINCRBY or '%.0f', for tostring keeps 14 digits.
local F, L, S, O, K, D, G, H, W, C, T, U = unpack(KEYS, 1, 12)
local call = redis.call
local FAMILY = string.sub(F, -10)
local NONE, NEVER = '----------------', '9999999999999999'
-- A new record's values: member, b, t, x, n.
local WIDE = 5

-- Kind, realm and owner of a family, the last two as the indexes begin with them.
local function who(i)
  local r, o = tonumber((i or ''):sub(4, 6)), tonumber((i or ''):sub(7, 9))
  -- What does not decode must not keep a purge from the others.
  if not r or not o then return '', '', '' end
  local realm = i:sub(10, 9 + r)
  return i:sub(1, 3), realm .. '\0', realm .. '\0' .. i:sub(10 + r, 9 + r + o) .. '\0'
end

-- A record and its family, in the order of row.rs.
local function fields(m)
  return call('HMGET', F, 'i', 'g', 'e', 'k', 'r', 'o', 'b' .. m, 't' .. m, 'v' .. m, 'x' .. m, 'n' .. m, 'q' .. m, 's' .. m, 'r' .. m, 'u' .. m)
end

-- unpack takes a few thousand values at most.
local function many(command, key, list)
  for from = 1, #list, 2000 do
    call(command, key, unpack(list, from, math.min(from + 1999, #list)))
  end
end

local function push(list, one, other)
  list[#list + 1] = one
  list[#list + 1] = other
end

-- The first new record whose id is taken, in the store or (at `twice`) by another new one.
local function taken(at, count, twice)
  for place = 1, count do
    local m = ARGV[at + (place - 1) * WIDE]
    if place == twice or call('HEXISTS', F, 'b' .. m) == 1 then
      return FAMILY .. m
    end
  end
end

-- Adds the new records to a family and to every index.
local function add(i, at, count)
  if count == 0 then return end
  local _, realm, owner = who(i)
  local rows, owners, kinds, due, gone, unsent = {}, {}, {}, {}, {}, {}
  for place = at, at + (count - 1) * WIDE, WIDE do
    local m, b, t, x, n = ARGV[place], ARGV[place + 1], ARGV[place + 2], ARGV[place + 3], ARGV[place + 4]
    local id, kind, ends = FAMILY .. m, b:sub(2, 4), x:sub(33, 48)
    push(rows, 'b' .. m, b)
    push(rows, 't' .. m, t)
    push(rows, 'v' .. m, '0')
    push(rows, 'x' .. m, x)
    push(owners, 0, owner .. kind .. b:sub(25, 40) .. id)
    push(kinds, 0, realm .. kind .. id)
    if n ~= '' then
      push(rows, 'n' .. m, n)
      push(due, 0, n:sub(1, 16) .. id)
    end
    if ends ~= NONE then
      push(n == '' and gone or unsent, ends, id)
    end
    call('HINCRBY', C, b:sub(41, 50), 1)
  end
  many('HSET', F, rows)
  many('ZADD', O, owners)
  many('ZADD', K, kinds)
  many('ZADD', D, due)
  many('ZADD', G, gone)
  many('ZADD', H, unsent)
  call('HINCRBY', F, 'n', count)
end

-- A family's place among the standing.
local function standing(owner, kind, live)
  return owner .. kind .. (live == NONE and NEVER or live) .. FAMILY
end

-- Moves a family's ends (live_until and gone_at), and with them its place among the standing and the end of its label.
local function move_ends(i, old, new, k)
  if old == new then return end
  local kind, _, owner = who(i)
  call('HSET', F, 'e', new)
  if old:sub(1, 16) ~= new:sub(1, 16) then
    call('ZREM', S, standing(owner, kind, old:sub(1, 16)))
    call('ZADD', S, 0, standing(owner, kind, new:sub(1, 16)))
  end
  if k and old:sub(17, 32) ~= new:sub(17, 32) then
    call('HSET', L, owner .. k, FAMILY .. new:sub(17, 32))
  end
end

-- Why a label cannot be had: 'label' with its holder, or 'lend': the holder is gone, and its key must be declared before it can be displaced.
local function refused(label, now, lent)
  local held = call('HGET', L, label)
  if not held or held:sub(1, 10) == FAMILY then return end
  local gone = held:sub(11, 26)
  if gone == NONE or gone > now then return { 'label', held:sub(1, 10) } end
  if held:sub(1, 10) ~= lent then return { 'lend', held:sub(1, 10) } end
end

-- Takes the label from the family that is gone.
local function displace(lent, k)
  if lent ~= '' and call('HGET', KEYS[13], 'k') == k then
    call('HDEL', KEYS[13], 'k')
  end
end

-- Puts a record where a purge looks for it: among the gone, with or without a notice, and among the windows. A revoked family's members go by its tombstone.
local function place(m, b, x, n, s, revoked)
  local id, gone, window = FAMILY .. m, #x == 48 and x:sub(33, 48) or NONE, s and #s == 48 and s:sub(17, 32) or NONE
  if gone == NONE or revoked then
    call('ZREM', G, id)
    call('ZREM', H, id)
  elseif n then
    call('ZREM', G, id)
    call('ZADD', H, gone, id)
  else
    call('ZREM', H, id)
    call('ZADD', G, gone, id)
  end
  if window ~= NONE and b:sub(1, 1) ~= 's' then
    call('ZADD', W, window, id)
  else
    call('ZREM', W, id)
  end
end

-- Another notice, or none ('').
local function notify(m, old, new)
  local id = FAMILY .. m
  if old then call('ZREM', D, old:sub(1, 16) .. id) end
  if new ~= '' then
    call('HSET', F, 'n' .. m, new)
    call('ZADD', D, 0, new:sub(1, 16) .. id)
  elseif old then
    call('HDEL', F, 'n' .. m)
  end
end

-- Removes a record, and its family with the last one.
local function remove(m)
  local f = call('HMGET', F, 'i', 'o', 'b' .. m, 'n' .. m, 's' .. m, 'e', 'k')
  local i, o, b, n, s = f[1], f[2], f[3], f[4], f[5]
  local fkind, realm, owner = who(i)
  local id, kind = FAMILY .. m, b:sub(2, 4)
  if b:sub(1, 1) ~= 's' then
    call('ZREM', O, owner .. kind .. b:sub(25, 40) .. id)
    call('ZREM', K, realm .. kind .. id)
  end
  call('ZREM', G, id)
  call('ZREM', H, id)
  call('ZREM', W, id)
  if n then call('ZREM', D, n:sub(1, 16) .. id) end
  if o and o:sub(1, 6) == m then call('HDEL', F, 'o') end
  if s then
    local generation, kept = 'h' .. b:sub(5, 24), ''
    local used = call('HGET', F, generation) or ''
    for at = 1, #used, 6 do
      if used:sub(at, at + 5) ~= m then kept = kept .. used:sub(at, at + 5) end
    end
    if kept == '' then call('HDEL', F, generation) else call('HSET', F, generation, kept) end
  end
  if call('HINCRBY', C, b:sub(41, 50), -1) <= 0 then call('HDEL', C, b:sub(41, 50)) end
  call('HDEL', F, 'b' .. m, 't' .. m, 'v' .. m, 'x' .. m, 'n' .. m, 'q' .. m, 's' .. m, 'r' .. m, 'u' .. m)
  if call('HINCRBY', F, 'n', -1) <= 0 then
    local e, k = f[6], f[7]
    local held = k and call('HGET', L, owner .. k)
    if held and held:sub(1, 10) == FAMILY then call('HDEL', L, owner .. k) end
    call('ZREM', S, standing(owner, fkind, e:sub(1, 16)))
    call('ZREM', T, FAMILY)
    call('ZREM', U, FAMILY)
    call('UNLINK', F)
  end
end
