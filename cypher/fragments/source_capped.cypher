// Find the artifacts of a `source`, which has one of the members that `search/sources.py` describes, up to a cap.
// parameters: cap
CALL (source) {
  UNWIND source.lucene AS lucene
  CALL db.index.fulltext.queryNodes('catalog_terms', lucene, {limit: $cap}) YIELD node
  RETURN node AS a
  UNION ALL
  UNWIND source.part AS part
  MATCH (a:Artifact) WHERE a.search_text CONTAINS part
  RETURN a LIMIT $cap
  UNION ALL
  UNWIND source.name AS name
  MATCH (a:Artifact) WHERE a.compact_name = name AND a.seq IS NOT NULL
  RETURN a LIMIT $cap
  UNION ALL
  UNWIND source.prefix AS prefix
  MATCH (a:Artifact) WHERE a.compact_name STARTS WITH prefix AND a.seq IS NOT NULL
  RETURN a LIMIT $cap
}
