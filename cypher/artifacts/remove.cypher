// Remove an artifact unless it has an edge, present or past; return whether it was removed.
// parameters: id
MATCH (a:Artifact {artifact_id: $id})
CALL (a) {
  WITH a WHERE NOT EXISTS { (a)-[:DERIVED_FROM|WAS_DERIVED_FROM]-() }
  DELETE a
  RETURN count(*) AS removed
}
RETURN removed > 0 AS removed
