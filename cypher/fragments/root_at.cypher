// Match the root of a walk, if it was registered at an instant or something derived from it.
// parameters: id, at
MATCH (a:Artifact {artifact_id: $id})
WITH a,
  // include: life_at
  AS life
WITH a,
  // include: state_at
  AS state
WHERE state = 'registered' OR EXISTS {
  (a)<-[r:DERIVED_FROM|WAS_DERIVED_FROM]-() WHERE
    // include: edge_at
}
WITH a AS root
