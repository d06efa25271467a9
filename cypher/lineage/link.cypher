// Add edges from child to parent that do not exist yet; return their number, and the parents that are deleted.
// parameters: edges, now
// The caller has locked or created each child, and knows its parents: so no edge is there twice.
UNWIND $edges AS edge
MATCH (child:Artifact {artifact_id: edge[0]})
MATCH (parent:Artifact {artifact_id: edge[1]})
CREATE (child)-[:DERIVED_FROM {created_at: $now}]->(parent)
RETURN count(*) AS added, collect(DISTINCT CASE WHEN parent.state = 'deleted' THEN edge[1] END) AS deleted
