// Return artifacts by id, whatever their state, each with the history of its edges to parents.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
RETURN collect(
  // include: record
) AS artifacts
