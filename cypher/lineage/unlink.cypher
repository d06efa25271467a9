// Takes edges out of the present lineage and keeps them as history.
// parameters: edges, now
UNWIND $edges AS edge
MATCH (child:Artifact {artifact_id: edge[0]})
MATCH (parent:Artifact {artifact_id: edge[1]})
MATCH (child)-[present:DERIVED_FROM]->(parent)
CREATE (child)-[:WAS_DERIVED_FROM {created_at: present.created_at, removed_at: $now}]->(parent)
DELETE present
