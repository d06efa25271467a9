// Record that an alias has moved; moves are numbered in the order in which they took the lock.
// parameters: name, alias, before, after, by, now
MERGE (lock:_CatalogLock {name: 'aliases'})
SET lock.moves = coalesce(lock.moves, 0) + 1
CREATE (:_CatalogAliasMove {
  name: $name, alias: $alias, before: $before, after: $after, by: $by, at: $now, number: lock.moves
})
