// Return the tokens with a beginning of the artifacts that have a token like another, the most similar first by Lucene's score.
// parameters: lucene, start, limit
CALL db.index.fulltext.queryNodes('catalog_terms', $lucene, {limit: $limit}) YIELD node
UNWIND node.terms AS token
WITH DISTINCT token WHERE token STARTS WITH $start
RETURN collect(token) AS tokens
