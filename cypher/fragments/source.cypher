// Find the artifacts of a `source`, which has one of the members that `search/sources.py` describes.
// parameters: none
CALL (source) {
  UNWIND source.lucene AS lucene
  CALL db.index.fulltext.queryNodes('catalog_terms', lucene) YIELD node
  RETURN node AS a
  UNION ALL
  UNWIND source.part AS part
  MATCH (a:Artifact) WHERE a.search_text CONTAINS part
  RETURN a
  UNION ALL
  UNWIND source.name AS name
  MATCH (a:Artifact) WHERE a.compact_name = name AND a.seq IS NOT NULL
  RETURN a
  UNION ALL
  UNWIND source.prefix AS prefix
  MATCH (a:Artifact) WHERE a.compact_name STARTS WITH prefix AND a.seq IS NOT NULL
  RETURN a
  UNION ALL
  UNWIND source.created AS created
  MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
  WHERE a.seq >= created[0] AND a.seq < created[1] AND a.sort_id IS NOT NULL
  RETURN a
}
