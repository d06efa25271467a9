// Finds the oldest registered artifact with each content hash, some ids left out.
// parameters: hashes, without
UNWIND $hashes AS hash
CALL (hash) {
  MATCH (a:Artifact)
  WHERE a.content_hash = hash AND a.seq IS NOT NULL AND a.sort_id IS NOT NULL AND NOT a.artifact_id IN $without
  RETURN a.artifact_id AS id, a.created_at AS created_at
  ORDER BY a.content_hash, a.seq, a.sort_id
  LIMIT 1
}
RETURN collect([hash, created_at, id]) AS oldest
