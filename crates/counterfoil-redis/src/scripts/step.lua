-- Tries the commands that every step on a family needs.
tries_places(G)
tries_hash(F)

