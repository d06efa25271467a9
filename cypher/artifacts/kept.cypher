// Return the record of a deleted artifact.
// parameters: id
MATCH (a:Artifact {artifact_id: $id})
RETURN a.kept AS kept
