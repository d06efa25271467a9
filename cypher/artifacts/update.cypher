// Replace the properties of existing artifacts, and the label of their type.
// parameters: rows
// The terms of its aliases stay, as long as it is registered, and so does its position if the row has none.
UNWIND $rows AS row
MATCH (a:Artifact {artifact_id: row.properties.artifact_id})
WITH row, a, a.position AS position, [term IN coalesce(a.terms, []) WHERE term STARTS WITH 'f\u001Falias'] AS of_aliases
REMOVE a:$(row.old_labels)
SET a = row.properties
SET a.position = coalesce(a.position, position)
SET a.kind = coalesce(a.artifact_type, '') + '\u001f' + coalesce(a.source_pipeline, '')
SET a.terms = a.terms + of_aliases
SET a:$(row.labels)
