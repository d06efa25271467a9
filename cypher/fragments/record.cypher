// List what a copy takes of the artifact `a`: its fields, its deletion, revision, position, present and past edges, kept record and earlier lives.
// parameters: none
[
  // include: fields
  , a.deleted_at, a.revision, a.position,
  [(a)-[r:DERIVED_FROM]->(p) | [p.artifact_id, r.created_at, null]],
  [(a)-[r:WAS_DERIVED_FROM]->(p) | [p.artifact_id, r.created_at, r.removed_at]],
  a.kept, [(a)-[:LIVED]->(life:_CatalogLife) | [life.since, life.until, life.revived, life.card]]
]
