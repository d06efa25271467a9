// Move the edges of deleted artifacts from which nothing derives to the history; return these edges.
// parameters: ids, now
// The lock comes before the look: another transaction may be registering one of them again. Of a purged one nothing is
// kept from which its edges could be restored.
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
REMOVE a._locked
WITH a
WHERE a.state = 'deleted' AND NOT EXISTS { (a)<-[:DERIVED_FROM]-() }
SET a.parent_ids = CASE WHEN a.kept IS NOT NULL THEN a.parent_ids END
WITH a
MATCH (a)-[present:DERIVED_FROM]->(parent)
CREATE (a)-[:WAS_DERIVED_FROM {created_at: present.created_at, removed_at: $now}]->(parent)
DELETE present
RETURN collect([a.artifact_id, parent.artifact_id]) AS edges
