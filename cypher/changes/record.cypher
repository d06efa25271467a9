// Record what a transaction changes, under the next number; its instant is never before that of the number before.
// parameters: ticket, touched, now, kinds, callers, body, parents, childless, schema
// The history of an artifact is the list of its tickets; each time it is full, a node takes it.
// Return those of some parents that another transaction has changed meanwhile: behind the lock, all others are finished.
// A deleted artifact derives from its parents as long as it has a child, and else from nothing.
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
WITH lock
CALL (lock) {
  UNWIND $parents AS id
  MATCH (a:Artifact {artifact_id: id})
  WHERE a.state = 'deleted'
  WITH a, EXISTS { (a)<-[:DERIVED_FROM]-() } AS has_child
  WHERE CASE
    WHEN NOT has_child THEN EXISTS { (a)-[:DERIVED_FROM]->() }
    WHEN a.artifact_id IN $childless THEN true
    ELSE any(id IN a.parent_ids WHERE NOT EXISTS { (a)-[:DERIVED_FROM]->(:Artifact {artifact_id: id}) })
  END
  RETURN collect(a.artifact_id) AS changed
}
RETURN changed, coalesce(lock.schema, 0) > $schema AS outdated
