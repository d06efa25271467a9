// End the edges of deleted artifacts from which nothing registered derives, which earlier versions kept.
// parameters: none
MATCH (a:Artifact)-[present:DERIVED_FROM]->(parent)
WHERE a.state = 'deleted' AND NOT EXISTS {
  (a)<-[:DERIVED_FROM*1..]-(child) WHERE child.state = 'registered'
}
CALL (a, present, parent) {
  CREATE (a)-[:WAS_DERIVED_FROM {
    created_at: present.created_at,
    removed_at: CASE WHEN a.deleted_at > present.created_at THEN a.deleted_at ELSE present.created_at END
  }]->(parent)
  DELETE present
} IN TRANSACTIONS OF 10000 ROWS
