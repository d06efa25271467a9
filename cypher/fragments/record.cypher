// List what a copy takes of the artifact `a`: its fields, its deletion, revision, position, present and past edges.
// parameters: none
[
  // include: fields
  , a.deleted_at, a.revision, a.position,
  [(a)-[r:DERIVED_FROM]->(p) | [p.artifact_id, r.created_at, null]],
  [(a)-[r:WAS_DERIVED_FROM]->(p) | [p.artifact_id, r.created_at, r.removed_at]]
]
