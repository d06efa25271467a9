// Record moves of aliases, in this order, after all others.
// parameters: moves
MERGE (lock:_CatalogLock {name: 'aliases'})
SET lock.moves = coalesce(lock.moves, 0) + size($moves)
WITH lock.moves - size($moves) AS last
UNWIND range(0, size($moves) - 1) AS i
WITH last + i + 1 AS number, $moves[i] AS move
CREATE (:_CatalogAliasMove {
  name: move[0], alias: move[1], before: move[2], after: move[3], by: move[4], at: move[5], number: number
})
