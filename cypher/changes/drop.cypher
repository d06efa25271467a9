// Delete the transactions recorded before an instant, up to a limit, but never the last one; return their number.
// parameters: before, limit
MATCH (lock:_CatalogLock {name: 'changes'})
SET lock.taken = true
WITH lock
CALL (lock) {
  MATCH (change:_CatalogChange)
  WHERE change.at < $before AND change.number IS NOT NULL
  WITH lock, change ORDER BY change.at, change.number LIMIT $limit
  WITH change WHERE change.number < lock.last
  WITH change, change.number AS number
  DELETE change
  RETURN count(*) AS dropped, max(number) AS number
}
CALL (lock, number) {
  MATCH (next:_CatalogChange {number: number + 1})
  SET lock.first = next.number, lock.since = next.at, lock.whole = false
}
RETURN dropped
