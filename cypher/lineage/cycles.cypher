// Return a path from a parent back to its child, if there is one: the edge between them would close a cycle.
// parameters: edges
// Only a child that has children and a parent that has parents can be on a cycle. A search takes milliseconds, in which an
// artifact with thousands of new edges is expanded; so does counting those edges, which happens once for each artifact.
UNWIND $edges AS edge
WITH edge[0] AS child_id, collect(edge[1]) AS parent_ids
MATCH (child:Artifact {artifact_id: child_id})
WHERE EXISTS { (child)<-[:DERIVED_FROM]-() }
UNWIND parent_ids AS parent_id
WITH parent_id, collect(child) AS children
MATCH (parent:Artifact {artifact_id: parent_id})
WHERE EXISTS { (parent)-[:DERIVED_FROM]->() }
UNWIND children AS child
MATCH way = SHORTEST 1 (parent)-[:DERIVED_FROM]->+(child)
WITH way LIMIT 1
RETURN collect([n IN nodes(way) | n.artifact_id]) AS ways
