// Return the records of deleted artifacts, each with its id.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
RETURN a.artifact_id AS id, a.kept AS kept
