// Return a path from a parent back to its child, if there is one: the edge between them would close a cycle.
// parameters: edges
// Only a child that has children and a parent that has parents can be on a cycle; a search takes milliseconds, in which an
// artifact with thousands of new edges is expanded.
UNWIND $edges AS edge
MATCH (child:Artifact {artifact_id: edge[0]})
WHERE EXISTS { (child)<-[:DERIVED_FROM]-() }
MATCH (parent:Artifact {artifact_id: edge[1]})
WHERE EXISTS { (parent)-[:DERIVED_FROM]->() }
MATCH way = SHORTEST 1 (parent)-[:DERIVED_FROM]->+(child)
WITH way LIMIT 1
RETURN collect([n IN nodes(way) | n.artifact_id]) AS ways
