-- A page of registrations: where it begins, how many. Ids, versions and documents by turns, of one moment.
local page = {}
for _, id in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], '+', 'LIMIT', 0, ARGV[2])) do
  local f = redis.call('HMGET', KEYS[1], 'v' .. id, 'd' .. id)
  page[#page + 1] = id
  page[#page + 1] = f[1]
  page[#page + 1] = f[2]
end
return page
