-- Returns those of the given command lines that the server's user may not run. A server of version 6 cannot be asked.
local lacking = {}
if not redis.acl_check_cmd then return lacking end
for _, line in ipairs(ARGV) do
  local words = {}
  for word in line:gmatch('[^|]+') do words[#words + 1] = word end
  -- All arguments of EXISTS are keys.
  local more = line == 'exists' and { KEYS[1] } or { KEYS[1], '0', '0', '0' }
  for _, argument in ipairs(more) do words[#words + 1] = argument end
  if not redis.acl_check_cmd(unpack(words)) then lacking[#lacking + 1] = line end
end
return lacking
