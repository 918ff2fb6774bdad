-- Writes last uses. Arguments: triples of key number, member, instant. Never writes an earlier instant over a later
-- one, and writes nothing for a missing record.
for at = 1, #ARGV, 3 do
  local key, m, used = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
  local b = redis.call('HGET', key, 'b' .. m)
  -- A shrunk record has no last use.
  if b and b:sub(1, 1) ~= 's' then
    local last = redis.call('HGET', key, 'u' .. m)
    if not last or last < used then redis.call('HSET', key, 'u' .. m, used) end
  end
end
return 1
