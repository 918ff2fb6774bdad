-- Changes a record. Arguments: member, now, the expected version, the change; then the values of the change. 'edit':
-- label ('' or its piece), label key ('' or '+' and key), description and scope ('' or their pieces), the field `i` as
-- the caller read it, the field `i` with the new details ('' if the details stay). 'expiry': expires_at, gone_at,
-- notice. 'rekey': key id and digest in one value. 'end': honoured_until, gone_at.
local m, now, expect, what = unpack(ARGV, 1, 4)
local f = fields(m)
local i, g, e, k, c, b, t, x, n, s = f[1], f[2], f[3], f[4], f[7], f[8], f[9], f[11], f[12], f[14]
if not b then return { 'missing' } end
if f[10] ~= expect or f[5] or f[15] or (what == 'end' and not s) then return { 'stale', f } end
-- The only change to a shrunk record is 'rekey'.
if b:sub(1, 1) == 's' and what ~= 'rekey' then return { 'stale', f } end
-- A record that does not decode is not changed.
if not is_body(b) or not i or not e or not t or not x or #x ~= 48 then return { 'stale', f } end

if what == 'edit' then
  local label, key, description, scope, held, identity = unpack(ARGV, 5, 10)
  if identity ~= '' then
    if not leads(b, i, g) then return { 'stale', f } end
    -- If the caller read another family with the same id, it reads again.
    if i ~= held then return { 'moved' } end
  end
  if label ~= '' then
    local _, _, owner = who(i)
    local wanted = key:sub(2)
    local no, holder
    if key ~= '' then no, holder = refused(owner .. wanted, now) end
    if no then return no end
    if holder and not LENT[holder] then return { 'lend', holder } end
    if k and (key == '' or k ~= wanted) then call('HDEL', L, owner .. k) end
    if key == '' then
      call('HDEL', F, 'k')
    else
      displace(holder, wanted, now)
      call('HSET', F, 'k', wanted)
      call('HSET', L, owner .. wanted, FAMILY .. e:sub(17, 32))
    end
  end
  -- Returns the piece of the field `t` at this position, and the next position. A piece is '-', or it is '+', six
  -- digits of length and the text.
  local function piece(at)
    if t:sub(at, at) == '-' then return '-', at + 1 end
    local last = at + 6 + tonumber(t:sub(at + 1, at + 6))
    return t:sub(at, last), last + 1
  end
  local one, at = piece(1)
  local two, three
  two, at = piece(at)
  three = piece(at)
  t = (scope == '' and one or scope) .. (label == '' and two or label) .. (description == '' and three or description)
  call('HSET', F, 't' .. m, t)
  if identity ~= '' then call('HSET', F, 'i', identity) end
elseif what == 'expiry' then
  local expires, gone, notice = unpack(ARGV, 5, 7)
  local old = x
  x = expires .. now .. gone
  call('HSET', F, 'x' .. m, x)
  move_access(m, b, old, x)
  notify(m, n, notice)
  if leads(b, i, g) then
    move_ends(i, c, e, expires .. gone .. e:sub(33), k)
  end
  index_for_purge(m, b, x, notice ~= '', s, false)
elseif what == 'rekey' then
  local digested = ARGV[5]
  local old, new = b:sub(41, 50), digested:sub(1, 10)
  call('HSET', F, 'b' .. m, b:sub(1, 40) .. digested .. b:sub(83))
  if old ~= new then
    if call('HINCRBY', C, old, -1) <= 0 then call('HDEL', C, old) end
    call('HINCRBY', C, new, 1)
  end
else
  local honoured, gone = unpack(ARGV, 5, 6)
  s = s:sub(1, 16) .. honoured .. s:sub(33)
  if x:sub(33, 48) == NONE then x = x:sub(1, 32) .. gone end
  call('HSET', F, 's' .. m, s, 'x' .. m, x)
  index_for_purge(m, b, x, n, s, false)
end
call('HINCRBY', F, 'v' .. m, 1)
log_family(now, FAMILY)
return { 'done', fields(m) }
