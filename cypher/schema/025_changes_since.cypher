// Begin the record of changes: from now on it has every one; these are all if the catalog is empty.
// parameters: none
CALL () {
  OPTIONAL MATCH (a:Artifact)
  WITH a LIMIT 1
  RETURN a IS NULL AS is_empty
}
MERGE (lock:_CatalogLock {name: 'changes'})
ON CREATE SET lock.last = 0, lock.first = 1, lock.since = datetime.statement().epochMillis * 1000,
  lock.at = 0, lock.whole = is_empty
