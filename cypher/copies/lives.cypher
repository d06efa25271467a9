// Write the earlier lives of artifacts anew.
// parameters: rows
UNWIND $rows AS row
MATCH (a:Artifact {artifact_id: row[0]})
CALL (a) {
  OPTIONAL MATCH (a)-[:LIVED]->(old:_CatalogLife)
  DETACH DELETE old
}
CALL (a, row) {
  UNWIND row[1] AS life
  CREATE (a)-[:LIVED]->(:_CatalogLife {since: life[0], until: life[1], revived: life[2], card: life[3]})
}
