// Gives artifacts that are there new properties, and the label of their type.
// parameters: rows
UNWIND $rows AS row
MATCH (a:Artifact {artifact_id: row.properties.artifact_id})
REMOVE a:$(row.old_labels)
SET a = row.properties
SET a:$(row.labels)
