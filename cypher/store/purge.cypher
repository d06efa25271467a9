// Remove moves of aliases of an artifact and its seals until an instant, receipts that hold a text, and counters of names that no artifact has.
// parameters: id, names, texts, until
CALL () {
  MATCH (move:_CatalogAliasMove) WHERE (move.before = $id OR move.after = $id) AND move.at <= $until
  DELETE move
}
CALL () {
  MATCH (seal:_CatalogSeal {artifact_id: $id}) WHERE seal.digest IS NOT NULL AND seal.part >= 0 AND seal.at <= $until
  DELETE seal
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
