// Creates artifacts that are not there yet.
// parameters: rows
UNWIND $rows AS row
CREATE (a:Artifact)
SET a = row.properties
SET a:$(row.labels)
