// Create a stub for each parent that does not exist yet.
// parameters: rows
UNWIND $rows AS row
MERGE (a:Artifact {artifact_id: row.artifact_id})
ON CREATE SET a = row
