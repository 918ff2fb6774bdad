-- What a step of a family needs.
tries_places(G)
tries_hash(F)

