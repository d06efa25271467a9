// Return the degrees of artifacts and the edges among them as they were at an instant.
// parameters: ids, at
// `at` is in microseconds.
MATCH (n:Artifact) WHERE n.artifact_id IN $ids
WITH collect(n) AS drawn
UNWIND drawn AS n
CALL (n, drawn) {
  MATCH (n)-[r:DERIVED_FROM|WAS_DERIVED_FROM]->(parent) WHERE
    // include: edge_at
  RETURN count(r) AS parents, collect(CASE WHEN parent IN drawn THEN parent.artifact_id END) AS inner
}
CALL (n) {
  MATCH (n)<-[r:DERIVED_FROM|WAS_DERIVED_FROM]-() WHERE
    // include: edge_at
  RETURN count(r) AS children
}
RETURN collect([n.artifact_id, parents, children, inner]) AS degrees
