-- Notes uses: triples of key, member, instant. Forward only, and never a field of a record that is not there.
for at = 1, #ARGV, 3 do
  local key, m, used = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
  if redis.call('HEXISTS', key, 'b' .. m) == 1 then
    local last = redis.call('HGET', key, 'u' .. m)
    if not last or last < used then redis.call('HSET', key, 'u' .. m, used) end
  end
end
return 1
