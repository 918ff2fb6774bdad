-- Reads a page of registrations. Arguments: the first id, the maximum number. Returns id, version and document of each.
local first, most = unpack(ARGV, 1, 2)
local page = {}
for _, id in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], first, '+', 'LIMIT', 0, most)) do
  local f = redis.call('HMGET', KEYS[1], 'v' .. id, 'd' .. id)
  page[#page + 1] = id
  page[#page + 1] = f[1]
  page[#page + 1] = f[2]
end
return page
