// Makes sure that each parent is there: one that nobody registered yet becomes a stub.
// parameters: rows
UNWIND $rows AS row
MERGE (a:Artifact {artifact_id: row.artifact_id})
ON CREATE SET a = row
