-- Inserts a new family. Arguments: now; for the cap: the limit, and the field `r` for revoked families ('' if none may
-- be revoked); for the pace: limit and since; i, e, c; label ('' or '+' and key); the number of records, their values.
-- A cap's limit, a pace's limit and c are '' if there is none.
local now, limit, ending, pace, since, i, e, c, label, count = unpack(ARGV, 1, 10)
c, count = c ~= '' and c, tonumber(count)
-- The number of families whose keys are requested in addition, because other calls may revoke some of them meanwhile.
local SPARE = 8

local hit = taken(11, count)
if hit then return { 'id', hit } end
if call('EXISTS', F) == 1 then
  -- Two equal random family ids do not occur in practice, so this search may be slow.
  for _, field in ipairs(call('HKEYS', F)) do
    if #field == 7 and field:sub(1, 1) == 'b' then return { 'id', FAMILY .. field:sub(2) } end
  end
end
local kind, _, owner = who(i)

local k, holder = label:sub(2), nil
if label ~= '' then
  local no
  no, holder = refused(owner .. k, now)
  if no then return no end
end

local surplus, least, greatest = 0, living(owner, kind, c, now)
if limit ~= '' then
  surplus = call('ZLEXCOUNT', S, least, greatest) + 1 - tonumber(limit)
  if surplus > 0 and ending == '' then return { 'full' } end
end

if pace ~= '' then
  local from, to = '(' .. owner .. kind .. ':', '(' .. owner .. kind .. since .. BEYOND
  local made = call('ZREVRANGEBYLEX', O, from, to, 'LIMIT', tonumber(pace) - 1, 1)[1]
  if made then return { 'paced', made:sub(-32, -17) } end
end

-- The least recently used of the counted families are revoked.
local leaving, stale, lend = {}, {}, {}
local complete = not holder or LENT[holder] ~= nil
if holder then lend[1] = holder end
if surplus > 0 then
  local entries = call('ZRANGEBYLEX', S, least, greatest)
  table.sort(entries, function(one, other)
    local used, later = one:sub(-26, -11), other:sub(-26, -11)
    if used ~= later then return used < later end
    return before(one:sub(-10), other:sub(-10))
  end)
  for at = 1, math.min(surplus + SPARE, #entries) do
    local family = entries[at]:sub(-10)
    local key = LENT[family]
    if family ~= holder then lend[#lend + 1] = family end
    if at <= surplus and not key then
      complete = false
    elseif at <= surplus then
      local f = call('HMGET', key, 'i', 'r', 'c', 'e')
      if f[1] and not f[2] and f[4] and standing(family, f[1], f[3], f[4]) == entries[at] then
        leaving[#leaving + 1] = { key = key, i = f[1], c = f[3], e = f[4] }
      else
        -- An older version left this entry. It belongs to no live family.
        stale[#stale + 1] = entries[at]
      end
    end
  end
end
if not complete then return { 'lend', table.concat(lend) } end

many('ZREM', S, stale)
displace(holder, k, now)
local ended = {}
for index, family in ipairs(leaving) do
  end_family(family.key, family.i, family.c, family.e, ending)
  ended[index] = family.key:sub(-10)
end
call('HSET', F, 'i', i, 'g', '0', 'e', e)
if c then call('HSET', F, 'c', c) end
if label ~= '' then
  call('HSET', F, 'k', k)
  call('HSET', L, owner .. k, FAMILY .. e:sub(17, 32))
end
call('ZADD', S, 0, standing(FAMILY, i, c, e))
add(i, 11, count)
if #ended > 0 then return { 'room', table.concat(ended) } end
return { 'done' }
