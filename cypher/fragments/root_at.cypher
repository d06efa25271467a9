// Match the root of a walk, if it or an edge of it was there at an instant.
// parameters: id, at
MATCH (root:Artifact {artifact_id: $id})
WHERE root.recorded_at <= $at OR root.deleted_at <= $at OR EXISTS {
  (root)-[r:DERIVED_FROM|WAS_DERIVED_FROM]-() WHERE r.created_at <= $at
}
