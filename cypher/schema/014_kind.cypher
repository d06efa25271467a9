// Give each artifact its type and pipeline in one property, by which a closure is counted, if it has none.
// parameters: none
MATCH (n:Artifact) WHERE n.kind IS NULL AND n.name IS NOT NULL
CALL (n) {
  SET n.kind = coalesce(n.artifact_type, '') + '\u001f' + coalesce(n.source_pipeline, '')
} IN TRANSACTIONS OF 10000 ROWS
