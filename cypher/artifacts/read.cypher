// Return artifacts by id, whatever their state.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
RETURN collect(
  // include: fields
) AS artifacts
