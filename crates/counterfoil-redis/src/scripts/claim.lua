-- Claims a notice. Arguments: member, the expected notice, the end of the claim.
local m, held, lease = unpack(ARGV, 1, 3)
local f = call('HMGET', F, 'n' .. m, 'b' .. m)
local b = f[2]
if not b then return { 'none' } end
-- A record that does not decode is not changed.
if not is_body(b) then return { 'done', fields(m) } end
if f[1] ~= held or lease <= held:sub(1, 16) then return { 'none' } end
notify(m, held, lease .. held:sub(17))
return { 'done', fields(m) }
