// Return the numbers of the first and the last recorded transaction, since when all are recorded, and if these are all that ever were.
// parameters: none
OPTIONAL MATCH (lock:_CatalogLock {name: 'changes'})
RETURN coalesce(lock.first, 1) AS first, coalesce(lock.last, 0) AS last, lock.since AS since,
  coalesce(lock.whole, true) AS whole
