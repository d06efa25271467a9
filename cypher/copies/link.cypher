// Add edges from child to parent with their instants; return their number, and the deleted parents of present ones.
// parameters: edges
// A past edge has an end.
UNWIND $edges AS edge
MATCH (child:Artifact {artifact_id: edge[0]})
MATCH (parent:Artifact {artifact_id: edge[1]})
CALL (edge, child, parent) {
  WITH edge, child, parent WHERE edge[3] IS NULL
  CREATE (child)-[:DERIVED_FROM {created_at: edge[2]}]->(parent)
}
CALL (edge, child, parent) {
  WITH edge, child, parent WHERE edge[3] IS NOT NULL
  CREATE (child)-[:WAS_DERIVED_FROM {created_at: edge[2], removed_at: edge[3]}]->(parent)
}
RETURN count(*) AS added,
  collect(DISTINCT CASE WHEN edge[3] IS NULL AND parent.state = 'deleted' THEN edge[1] END) AS deleted
