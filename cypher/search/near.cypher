// Return the words of the artifacts that have a word like another, the most similar first by Lucene's score.
// parameters: lucene, limit, separator
CALL db.index.fulltext.queryNodes('catalog_terms', $lucene, {limit: $limit}) YIELD node
WITH collect(node) AS found
CALL (found) {
  UNWIND found AS a
  UNWIND a.terms AS term
  WITH DISTINCT term WHERE NOT term CONTAINS $separator
  RETURN collect(term) AS words
}
RETURN size(found) AS artifacts, words
