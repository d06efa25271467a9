// Find candidates for the query by the full-text index, unless `everything` is to be looked at.
// parameters: lucene, cap
// Without a Lucene query, or where one of them has `cap` hits or more, the candidates are not all.
CALL () {
  UNWIND $lucene AS lucene
  CALL (lucene) {
    CALL db.index.fulltext.queryNodes('catalog_terms', lucene, {limit: $cap}) YIELD node
    RETURN collect(node) AS hits
  }
  WITH collect(hits) AS found
  RETURN size(found) = 0 OR any(hits IN found WHERE size(hits) = $cap) AS everything,
    reduce(together = [], hits IN found | together + hits) AS candidates
}
