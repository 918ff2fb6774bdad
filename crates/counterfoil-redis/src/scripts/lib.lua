-- The beginning of every script about tokens. KEYS[1] is a family. KEYS[2] to KEYS[14] are its shard's indexes (see
-- keys.rs). Further keys are families that are "lent" to the script: it may have to change them too. A record is
-- "shrunk" if a purge has removed its texts, its last use and its notices.
--
-- A script first tries the commands that it needs (needs.lua), then decides, then writes. So errors occur only before
-- the first write. Instants are texts of 16 digits. Scripts compare them, and never calculate with them. Counts that
-- may exceed 10^14 use HINCRBY or '%.0f', because tostring keeps only 14 digits.
local F, L, S, O, K, D, G, H, W, C, T, U, Y, J = unpack(KEYS, 1, 14)
local call = redis.call
local FAMILY = string.sub(F, -10)
local NONE, NEVER = '----------------', '9999999999999999'
-- The kind of an access token.
local ACCESS = '002'
-- A text that sorts after every id.
local BEYOND = string.rep('\255', 17)
-- The number of values of a new record: member, b, t, x, n.
local WIDE = 5
-- The maximum number of steps that the log of a shard keeps.
local KEPT = 4096
-- The numbers of the newest and of the newest removed step of the log `J`. They are nil if the log is off. `step.lua`
-- reads them.
local NEWEST, TRIMMED
-- The keys of the lent families, by family id.
local LENT = {}
for at = 15, #KEYS do LENT[KEYS[at]:sub(-10)] = KEYS[at] end

-- Whether the instant `at` is reached at `now`. A missing instant is never reached.
local function reached(at, now)
  return at ~= NONE and at <= now
end

-- Returns a family's kind, the index prefix of its realm, and the index prefix of its realm and owner.
local function who(i)
  local r, o = tonumber((i or ''):sub(4, 6)), tonumber((i or ''):sub(7, 9))
  -- A family that does not decode must not stop the purge of other families.
  if not r or not o then return '', '', '' end
  local realm = i:sub(10, 9 + r)
  return i:sub(1, 3), realm .. '\0', realm .. '\0' .. i:sub(10 + r, 9 + r + o) .. '\0'
end

-- Writes a step of the log of narrowing steps, if the log is on. If the log is full, removes its oldest step.
local function log(now, what)
  if not NEWEST then return end
  NEWEST = NEWEST + 1
  local number = string.format('%.0f', NEWEST)
  call('HSET', J, 'e', number, number, now .. what)
  if NEWEST - TRIMMED > KEPT then
    TRIMMED = TRIMMED + 1
    local oldest = string.format('%.0f', TRIMMED)
    call('HDEL', J, oldest)
    call('HSET', J, 'l', oldest)
  end
end

-- Writes a step of the log that names a family.
local function log_family(now, family)
  log(now, 'f' .. family)
end

-- Reads the fields of a record and its family, in the order of row/mod.rs.
local function fields(m)
  return call('HMGET', F, 'i', 'g', 'e', 'k', 'r', 'o', 'c',
    'b' .. m, 't' .. m, 'v' .. m, 'x' .. m, 'n' .. m, 'q' .. m, 's' .. m, 'r' .. m, 'u' .. m)
end

-- Whether the field `b` has the length that it has in every record.
local function is_body(b)
  return #b == 82 or #b == 98
end

-- Runs a command with a list of any length. `unpack` accepts only a few thousand values.
local function many(command, key, list)
  for from = 1, #list, 2000 do
    call(command, key, unpack(list, from, math.min(from + 1999, #list)))
  end
end

local function push(list, one, other)
  list[#list + 1] = one
  list[#list + 1] = other
end

-- Whether one byte string is less than another. The operator < would use the server's locale.
local function before(one, other)
  for at = 1, #one do
    local a, b = one:byte(at), other:byte(at)
    if a ~= b then return a < b end
  end
  return false
end

-- Returns the id of the first new record whose id is taken.
local function taken(at, count)
  for first = at, at + (count - 1) * WIDE, WIDE do
    local m = ARGV[first]
    if call('HEXISTS', F, 'b' .. m) == 1 then
      return FAMILY .. m
    end
  end
end

-- Returns an access token's entry in `Y`, the index of access tokens that are not revoked individually.
local function access_entry(m, x)
  local ends = x:sub(1, 16)
  return FAMILY .. (ends == NONE and NEVER or ends) .. m
end

-- Replaces an access token's entry in `Y`. `old` and `new` are values of the field `x`. If `new` is nil, the entry is
-- removed. Other kinds of tokens have no entry in `Y`.
local function move_access(m, b, old, new)
  if b:sub(2, 4) ~= ACCESS or (new and old:sub(1, 16) == new:sub(1, 16)) then return end
  call('ZREM', Y, access_entry(m, old))
  if new then call('ZADD', Y, 0, access_entry(m, new)) end
end

-- If the new access tokens would exceed `most`, returns the first expiry of a live access token, or `now` if none is
-- live.
local function access_full(most, now, at, count)
  if most == '' then return end
  local more = 0
  for first = at, at + (count - 1) * WIDE, WIDE do
    local b, x = ARGV[first + 1], ARGV[first + 3]
    local ends = x:sub(1, 16)
    if b:sub(2, 4) == ACCESS and not reached(ends, now) then more = more + 1 end
  end
  if more == 0 then return end
  local first, last = '(' .. FAMILY .. now .. BEYOND, '(' .. FAMILY .. ':'
  if call('ZLEXCOUNT', Y, first, last) + more <= tonumber(most) then return end
  local next = call('ZRANGEBYLEX', Y, first, last, 'LIMIT', 0, 1)[1]
  return next and next:sub(11, 26) or now
end

-- Adds the new records to a family and to every index.
local function add(i, at, count)
  if count == 0 then return end
  local _, realm, owner = who(i)
  local rows, owners, kinds, due, gone, unsent, access = {}, {}, {}, {}, {}, {}, {}
  for first = at, at + (count - 1) * WIDE, WIDE do
    local m, b, t, x, n = unpack(ARGV, first, first + WIDE - 1)
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
    if kind == ACCESS then push(access, 0, access_entry(m, x)) end
    call('HINCRBY', C, b:sub(41, 50), 1)
  end
  many('HSET', F, rows)
  many('ZADD', O, owners)
  many('ZADD', K, kinds)
  many('ZADD', D, due)
  many('ZADD', G, gone)
  many('ZADD', H, unsent)
  many('ZADD', Y, access)
  call('HINCRBY', F, 'n', count)
end

-- Whether a record is the newest one that a rotation of its family can replace.
local function leads(b, i, g)
  return b:sub(2, 4) == i:sub(1, 3) and tonumber(b:sub(5, 24)) == tonumber(g)
end

-- Returns the prefix of the index entries of all families that one cap counts.
local function counted(owner, kind, c)
  return owner .. kind .. (c and '+' .. c or '-')
end

-- Returns the first and the last place of the index entries of all families that one cap counts as live at `now`. The
-- live_until of a live family is later than `now`.
local function living(owner, kind, c, now)
  local begins = counted(owner, kind, c)
  return '(' .. begins .. now .. BEYOND, '(' .. begins .. ':'
end

-- Returns a family's entry in the index of families that are not revoked. If `e` contains no last use, an older version
-- wrote the family. The entries of that version contain neither client nor last use.
local function standing(family, i, c, e)
  local kind, _, owner = who(i)
  local live = e:sub(1, 16) == NONE and NEVER or e:sub(1, 16)
  if #e == 32 then return owner .. kind .. live .. family end
  return counted(owner, kind, c) .. live .. e:sub(33, 48) .. family
end

-- Replaces a family's ends (live_until, gone_at, used_at) in the field `e`, in the family's entry in `S`, and in the
-- entry of its label.
local function move_ends(i, c, old, new, k)
  if #old == 32 then new = new:sub(1, 32) end
  if old == new then return end
  call('HSET', F, 'e', new)
  local entry, moved = standing(FAMILY, i, c, old), standing(FAMILY, i, c, new)
  if entry ~= moved then
    call('ZREM', S, entry)
    call('ZADD', S, 0, moved)
  end
  if k and old:sub(17, 32) ~= new:sub(17, 32) then
    local _, _, owner = who(i)
    call('HSET', L, owner .. k, FAMILY .. new:sub(17, 32))
  end
end

-- Revokes a family that is not revoked yet, and updates the indexes. The field `r` revokes all members of the family.
local function end_family(key, i, c, e, r)
  local family, k = key:sub(-10), call('HGET', key, 'k')
  local _, _, owner = who(i)
  call('HSET', key, 'r', r)
  if k then
    call('HDEL', L, owner .. k)
    call('HDEL', key, 'k')
  end
  call('ZREM', S, standing(family, i, c, e))
  call('ZADD', T, r:sub(20, 35), family)
  log_family(r:sub(1, 16), family)
end

-- If a family has the label, returns the answer 'label' and the family. If the gone_at of this family is reached,
-- returns nil and the family. The family's key must be lent before `displace` is called.
local function refused(label, now)
  local held = call('HGET', L, label)
  if not held or held:sub(1, 10) == FAMILY then return end
  local gone = held:sub(11, 26)
  if not reached(gone, now) then return { 'label', held:sub(1, 10) } end
  return nil, held:sub(1, 10)
end

-- Removes the label from the family `holder`, whose gone_at is reached.
local function displace(holder, k, now)
  if holder and call('HGET', LENT[holder], 'k') == k then
    call('HDEL', LENT[holder], 'k')
    log_family(now, holder)
  end
end

-- Updates a record's entries in the purge indexes `G`, `H` and `W`. A record of a revoked family has no entry in `G`
-- and `H`. It is purged together with its family.
local function index_for_purge(m, b, x, n, s, revoked)
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

-- Replaces a record's notice. If `new` is '', the notice is removed.
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

-- Removes a record. If it is the last record of its family, removes the family too.
local function remove(m)
  local f = call('HMGET', F, 'i', 'o', 'b' .. m, 'n' .. m, 's' .. m, 'x' .. m)
  local i, o, b, n, s, x = f[1], f[2], f[3], f[4], f[5], f[6]
  local _, realm, owner = who(i)
  local id, kind = FAMILY .. m, b:sub(2, 4)
  if b:sub(1, 1) ~= 's' then
    call('ZREM', O, owner .. kind .. b:sub(25, 40) .. id)
    call('ZREM', K, realm .. kind .. id)
  end
  call('ZREM', G, id)
  call('ZREM', H, id)
  call('ZREM', W, id)
  if x then move_access(m, b, x, nil) end
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
    local last = call('HMGET', F, 'e', 'k', 'c')
    local e, k, c = last[1], last[2], last[3]
    local held = k and call('HGET', L, owner .. k)
    if held and held:sub(1, 10) == FAMILY then call('HDEL', L, owner .. k) end
    if e then call('ZREM', S, standing(FAMILY, i, c, e)) end
    call('ZREM', T, FAMILY)
    call('ZREM', U, FAMILY)
    -- A hash without fields does not exist, so this removes the family's key.
    many('HDEL', F, call('HKEYS', F))
  end
end
