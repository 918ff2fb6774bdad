-- What a step of a family needs.
tries_hash(F)
tries_places(G)

