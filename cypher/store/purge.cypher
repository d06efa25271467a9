// Remove moves of aliases from and to an artifact until an instant, receipts that hold a text, and counters of names that no artifact has.
// parameters: id, names, texts, until
CALL () {
  MATCH (move:_CatalogAliasMove) WHERE (move.before = $id OR move.after = $id) AND move.at <= $until
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
