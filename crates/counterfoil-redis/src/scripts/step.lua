-- Tries the commands that every step on a family needs, and reads whether the log of narrowing steps is on. If its
-- numbers do not decode, this raises an error.
tries_places(G)
tries_hash(F)
do
  local f = call('HMGET', J, 'e', 'l')
  if f[1] then NEWEST, TRIMMED = f[1] + 0, f[2] + 0 end
end

