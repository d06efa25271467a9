// Return the degrees of artifacts and the edges among them.
// parameters: ids
MATCH (n:Artifact) WHERE n.artifact_id IN $ids
WITH collect(n) AS drawn
UNWIND drawn AS n
CALL (n, drawn) {
  MATCH (n)-[:DERIVED_FROM]->(parent) WHERE parent IN drawn
  RETURN collect(parent.artifact_id) AS inner
}
RETURN collect([n.artifact_id, COUNT { (n)-[:DERIVED_FROM]->() }, COUNT { (n)<-[:DERIVED_FROM]-() }, inner]) AS degrees
