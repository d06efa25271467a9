// Finds a way from a parent back to its child, where there is one: from such an edge a cycle would follow.
// parameters: edges
UNWIND $edges AS edge
MATCH (child:Artifact {artifact_id: edge[0]})
WHERE EXISTS { (child)<-[:DERIVED_FROM]-() }
MATCH (parent:Artifact {artifact_id: edge[1]})
MATCH way = SHORTEST 1 (parent)-[:DERIVED_FROM]->+(child)
WITH way LIMIT 1
RETURN collect([n IN nodes(way) | n.artifact_id]) AS ways
