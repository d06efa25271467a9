// Lock artifacts in the order of their ids until the transaction ends; return them, missing parents, stubs and older copies.
// parameters: ids, parent_ids, hashes
// `hidden` are the deleted ones from which nothing derives.
// A copy is the oldest registered artifact with a content hash, except `ids`. The query names the index, since right
// after the first batch of a catalog Neo4j has no statistics of it, and would scan all artifacts for each hash.
CALL () {
  UNWIND $ids AS id
  MATCH (a:Artifact {artifact_id: id})
  SET a._locked = true
  REMOVE a._locked
  RETURN collect(
    // include: fields
  ) AS artifacts,
    collect(CASE WHEN a.state = 'deleted' AND NOT EXISTS { (a)<-[:DERIVED_FROM]-() } THEN id END) AS hidden
}
CALL () {
  UNWIND $parent_ids AS id
  OPTIONAL MATCH (a:Artifact {artifact_id: id})
  WITH id, a WHERE a IS NULL OR a.state <> 'registered'
  RETURN collect(CASE WHEN a IS NULL THEN id END) AS missing,
    collect(CASE a.state WHEN 'unregistered' THEN id END) AS stubs,
    collect(CASE WHEN a.state = 'deleted' AND NOT EXISTS { (a)<-[:DERIVED_FROM]-() } THEN id END) AS hidden_parents
}
CALL () {
  UNWIND $hashes AS hash
  CALL (hash) {
    MATCH (a:Artifact)
    USING INDEX SEEK a:Artifact(content_hash, seq, sort_id)
    WHERE a.content_hash = hash AND a.seq IS NOT NULL AND a.sort_id IS NOT NULL AND NOT a.artifact_id IN $ids
    RETURN a.artifact_id AS id, a.created_at AS created_at
    ORDER BY a.content_hash, a.seq, a.sort_id
    LIMIT 1
  }
  RETURN collect([hash, created_at, id]) AS copies
}
RETURN artifacts, hidden + hidden_parents AS hidden, missing, stubs, copies
