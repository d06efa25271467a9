// Return an artifact, its parents, and its children, oldest first, whatever their states.
// parameters: id
MATCH (a:Artifact {artifact_id: $id})
WITH a AS root,
  // include: fields
  AS artifact
RETURN artifact,
  COLLECT {
    UNWIND root.parent_ids AS parent_id
    MATCH (a:Artifact {artifact_id: parent_id})
    RETURN
      // include: fields
  } AS parents,
  COLLECT {
    MATCH (a:Artifact)-[:DERIVED_FROM]->(root)
    WITH a ORDER BY a.created_at, a.sort_id
    RETURN
      // include: fields
  } AS children
