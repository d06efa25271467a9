// Refuse the changes that earlier versions want to record from now on.
// parameters: number
// Whoever records a change takes the same lock: so all that was recorded before is finished.
MATCH (lock:_CatalogLock {name: 'changes'})
SET lock.schema = CASE WHEN coalesce(lock.schema, 0) < $number THEN $number ELSE lock.schema END
