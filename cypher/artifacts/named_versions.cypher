// Return the registered artifacts of a name and some versions after a position, newest first.
// parameters: lucene, name, versions, after_seq, after_id, limit
UNWIND $lucene AS lucene
CALL db.index.fulltext.queryNodes('catalog_terms', lucene) YIELD node AS a
WITH DISTINCT a
WHERE a.name = $name AND a.version IN $versions
  AND a.seq <= $after_seq AND NOT (a.seq = $after_seq AND a.sort_id >= $after_id)
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $limit
RETURN collect(
  // include: fields
) AS artifacts
