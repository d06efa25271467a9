// Remove what is kept of a deleted artifact: its properties, lives, moves of aliases, receipts, and counters of its names.
// parameters: id, properties, names, texts
MATCH (a:Artifact {artifact_id: $id})
SET a = $properties
WITH a
CALL (a) {
  MATCH (a)-[:LIVED]->(past:_CatalogLife)
  DETACH DELETE past
}
CALL () {
  MATCH (move:_CatalogAliasMove) WHERE move.before = $id OR move.after = $id
  DELETE move
}
CALL () {
  MATCH (receipt:_CatalogReceipt) WHERE any(text IN $texts WHERE receipt.answers CONTAINS text)
  DELETE receipt
}
CALL () {
  UNWIND $names AS name
  MATCH (counter:_CatalogVersion {name: name})
  WHERE NOT EXISTS { MATCH (other:Artifact) WHERE other.name = name }
  DELETE counter
}
