-- Rotates a record. Arguments: step, parent, now, the new records' realm and owner, their number, the maximum number of
-- live access tokens ('' if none); for 'supersede' the expected version, successor, nonce, honoured_until, gone_at,
-- whether the family must have a label key ('' if not), the cap on live families ('' if none), the pace's limit ('' if
-- none) and since, the successor's ends; for 'slide' expires_at, gone_at; then the values of the new records.
local step, m, now, whose, count, most = unpack(ARGV, 1, 6)
count = tonumber(count)
-- The number of the argument with which the new records begin.
local FIRST = 17
-- The arguments of 'slide'.
local expires, slide_gone = unpack(ARGV, 7, 8)
-- The arguments of 'supersede'.
local expect, successor, nonce, honoured, gone, labelled, cap, pace, since, successor_ends = unpack(ARGV, 7, 16)
local f = fields(m)
local i, g, e, k, r, c, b, x, n, s = f[1], f[2], f[3], f[4], f[5], f[7], f[8], f[11], f[12], f[14]
if not b then return { 'missing' } end
-- A record that does not decode is not changed.
if not is_body(b) or not i or not e or not tonumber(g) or not x or #x ~= 48 then return { 'stale', f } end
if r or f[15] then return { 'ended' } end
local slides, ends = step == 'slide', x:sub(1, 16)
if s or (not slides and f[10] ~= expect) or (slides and reached(ends, now)) then return { 'stale', f } end
local hit = taken(FIRST, count)
if hit then return { 'id', hit } end
local kind, _, owner = who(i)
local newest = slides and tonumber(g) or tonumber(g) + 1
if count > 0 and owner ~= whose then return { 'fault' } end
for at = FIRST, FIRST - 1 + count * WIDE, WIDE do
  local b = ARGV[at + 1]
  if b:sub(5, 24) > string.format('%020.0f', newest) then return { 'fault' } end
end
if not slides and labelled ~= '' and not k then return { 'unlabelled' } end
-- The live_until of the family is reached, so the family itself is not counted.
if not slides and cap ~= '' and reached(e:sub(1, 16), now) then
  if call('ZLEXCOUNT', S, living(owner, kind, c, now)) >= tonumber(cap) then return { 'full' } end
end

-- Returns the instant at which the member `limit` generations before the parent was superseded. Checks only members
-- that have the family's kind.
local function rotated_before(limit)
  local generation = tonumber(b:sub(5, 24)) - tonumber(limit)
  if generation < 0 then return end
  local used, member, at = call('HGET', F, string.format('h%020.0f', generation)) or '', nil, nil
  for first = 1, #used, 6 do
    local other = used:sub(first, first + 5)
    local own = call('HMGET', F, 'b' .. other, 's' .. other)
    if own[1] and own[2] and own[1]:sub(2, 4) == kind and (not member or before(other, member)) then
      member, at = other, own[2]:sub(1, 16)
    end
  end
  return at
end

if not slides and pace ~= '' then
  local oldest = rotated_before(pace)
  if oldest and oldest > since then return { 'paced', oldest } end
end
local first = access_full(most, now, FIRST, count)
if first then return { 'crowded', first } end

if slides then
  -- Returns the later of the two instants. `NONE` is later than every instant.
  local function forward(old, new)
    return (old == NONE or old > new) and old or new
  end
  local old, live, tomb = x, e:sub(1, 16), e:sub(17, 32)
  x = forward(ends, expires) .. now .. forward(x:sub(33, 48), slide_gone)
  call('HSET', F, 'x' .. m, x)
  move_access(m, b, old, x)
  if leads(b, i, g) then
    live, tomb = forward(live, expires), forward(tomb, slide_gone)
  end
  move_ends(i, c, e, live .. tomb .. now, k)
  index_for_purge(m, b, x, n, s, false)
  add(i, FIRST, count)
  log_family(now, FAMILY)
  return { 'done' }
end

add(i, FIRST, count)
s, x = now .. honoured .. successor, x:sub(1, 32) .. gone
local generation = 'h' .. b:sub(5, 24)
call('HSET', F, 's' .. m, s, 'x' .. m, x, generation, (call('HGET', F, generation) or '') .. m)
call('HINCRBY', F, 'v' .. m, 1)
call('HINCRBY', F, 'g', 1)
-- The family has one field for a nonce, so the parent's nonce overwrites the nonce of the parent's predecessor.
if nonce == '' then call('HDEL', F, 'o') else call('HSET', F, 'o', m .. nonce) end
if n then notify(m, n, '') end
move_ends(i, c, e, successor_ends .. now, k)
index_for_purge(m, b, x, false, s, false)
log_family(now, FAMILY)
return { 'done' }
