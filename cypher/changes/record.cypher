// Record what a transaction changes, under the next number; its instant is never before that of the number before.
// parameters: ticket, touched, now, kinds, callers, body
// The history of an artifact is the list of its tickets; each time it is full, a node takes it.
CALL () {
  UNWIND $touched AS id
  MATCH (a:Artifact {artifact_id: id})
  WITH a, coalesce(a.changes, []) AS tickets
  FOREACH (_ IN CASE WHEN size(tickets) < 32 THEN [] ELSE [1] END |
    CREATE (:_CatalogEarlier {artifact_id: a.artifact_id, tickets: tickets})
  )
  SET a.changes = CASE WHEN size(tickets) < 32 THEN tickets + $ticket ELSE [$ticket] END
}
MERGE (lock:_CatalogLock {name: 'changes'})
ON CREATE SET lock.last = 0, lock.first = 1, lock.since = $now, lock.at = $now, lock.whole = true
SET lock.taken = true
SET lock.last = lock.last + 1, lock.at = CASE WHEN $now > lock.at THEN $now ELSE lock.at END
CREATE (:_CatalogChange {
  number: lock.last, ticket: $ticket, at: lock.at, kinds: $kinds, callers: $callers, body: $body
})
