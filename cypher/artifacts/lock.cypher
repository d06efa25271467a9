// Locks artifacts by sorted ids until the transaction ends and reads them; finds missing parents and older copies.
// parameters: ids, parent_ids, hashes
// A copy is the oldest registered artifact with a content hash, those of `ids` left out. The index is named, since right
// after the first batch of a catalog Neo4j knows little of it, and would look through all artifacts for each hash.
CALL () {
  UNWIND $ids AS id
  MATCH (a:Artifact {artifact_id: id})
  SET a._locked = true
  RETURN collect([
    a.artifact_id, a.name, a.artifact_type, a.content_hash, a.source_step, a.source_run_id, a.source_pipeline,
    a.parent_ids, a.tags, a.metadata, a.uri, a.created_at, a.version, a.recorded_at, a.state
  ]) AS artifacts
}
CALL () {
  UNWIND $parent_ids AS id
  WITH id WHERE NOT EXISTS { (:Artifact {artifact_id: id}) }
  RETURN collect(id) AS missing
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
RETURN artifacts, missing, copies
