-- Makes one step on a throttle counter, as the core's `Counter` does. Arguments: step ('reserve', 'failed' or
-- 'release'), key, the instant of the attempt, now, window, limit, the time after which an attempt counts as failed.
-- KEYS: the hash of counters (window's end or dashes, failures in 10 digits, instants of attempts in progress), their
-- keys by expiry. Numbers below 2^53 are exact; '%.0f' keeps all digits.
tries_places(KEYS[2])
tries_hash(KEYS[1])
local step, key, noted, now, window, limit, unsettled = unpack(ARGV, 1, 7)
noted, now, window, limit = tonumber(noted), tonumber(now), tonumber(window), tonumber(limit)
unsettled = tonumber(unsettled)
local LAST = 9007199254740991
local cap = math.min(now + window, LAST)
local kept = redis.call('HGET', KEYS[1], key)
if not kept and step ~= 'reserve' then return { 'done' } end

local ends, failures, ahead, all = nil, 0, false, {}
if kept then
  ends, failures = tonumber(kept:sub(1, 16)), tonumber(kept:sub(17, 26))
  local whole = failures and (ends or kept:sub(1, 16) == '----------------') and (#kept - 26) % 16 == 0
  for from = 27, #kept, 16 do
    local at = tonumber(kept:sub(from, from + 15))
    whole, all[#all + 1] = whole and at, at
  end
  -- If a counter does not decode, the attempt is refused and the counter is not changed.
  if not whole then return { 'corrupt' } end
end

local function count(at)
  if ends and at < ends then
    failures = math.min(failures + 1, 4294967295)
  else
    failures, ends = 1, math.min(at + window, LAST)
  end
end

-- `ahead` means that a stored instant is too late, because the clock was set back. Only then does a refused attempt
-- write.
if ends and ends > cap then ends, ahead = cap, true end
-- An attempt that began `unsettled` ago or earlier and has no result counts as failed.
local under_way, left = {}, {}
for _, at in ipairs(all) do
  if at - now >= unsettled then ahead = true end
  if math.abs(now - at) >= unsettled then left[#left + 1] = at else under_way[#under_way + 1] = at end
end
table.sort(left)
for _, at in ipairs(left) do count(math.min(at + unsettled, now)) end
if ends and now >= ends then failures, ends = 0, nil end

local answer = { 'done' }
if step ~= 'reserve' then
  for index, at in ipairs(under_way) do
    if at == noted then
      table.remove(under_way, index)
      if step == 'failed' then count(now) end
      break
    end
  end
elseif ends and failures >= limit then
  answer = { 'wait', string.format('%016.0f', ends) }
elseif failures + #under_way >= limit then
  answer = { 'busy' }
else
  under_way[#under_way + 1] = now
end
if answer[1] ~= 'done' and not ahead then return answer end

if failures == 0 and #under_way == 0 then
  redis.call('HDEL', KEYS[1], key)
  redis.call('ZREM', KEYS[2], key)
  return answer
end
local texts = { ends and string.format('%016.0f', ends) or '----------------', string.format('%010.0f', failures) }
local gone = ends or 0
for _, at in ipairs(under_way) do
  texts[#texts + 1] = string.format('%016.0f', at)
  gone = math.max(gone, math.min(at + unsettled + window, LAST))
end
redis.call('HSET', KEYS[1], key, table.concat(texts))
redis.call('ZADD', KEYS[2], string.format('%.0f', gone), key)
return answer
