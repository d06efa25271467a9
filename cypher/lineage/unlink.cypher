// Move edges from the present lineage to its history.
// parameters: rows, now
// A row is a child and some of its parents.
UNWIND $rows AS row
MATCH (child:Artifact {artifact_id: row[0]})-[present:DERIVED_FROM]->(parent)
WHERE parent.artifact_id IN row[1]
CREATE (child)-[:WAS_DERIVED_FROM {created_at: present.created_at, removed_at: $now}]->(parent)
DELETE present
