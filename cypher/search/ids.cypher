// Return the ids of the artifacts that the full-text index finds for each of some queries, up to a cap.
// parameters: lucene, cap
UNWIND $lucene AS lucene
CALL (lucene) {
  CALL db.index.fulltext.queryNodes('catalog_terms', lucene, {limit: $cap}) YIELD node
  RETURN collect(node.artifact_id) AS hits
}
RETURN collect(hits) AS ids
