// Count the candidates of each source, up to a cap.
// parameters: sources, cap
UNWIND $sources AS source
CALL (source) {
  CALL (source) {
    UNWIND source.lucene AS lucene
    CALL db.index.fulltext.queryNodes('catalog_terms', lucene, {limit: $cap}) YIELD node
    RETURN count(*) AS hits
    UNION ALL
    UNWIND source.part AS part
    MATCH (a:Artifact) WHERE a.search_text CONTAINS part
    WITH a LIMIT $cap
    RETURN count(*) AS hits
    UNION ALL
    UNWIND source.name AS name
    MATCH (a:Artifact) WHERE a.compact_name = name AND a.seq IS NOT NULL
    WITH a LIMIT $cap
    RETURN count(*) AS hits
    UNION ALL
    UNWIND source.prefix AS prefix
    MATCH (a:Artifact) WHERE a.compact_name STARTS WITH prefix AND a.seq IS NOT NULL
    WITH a LIMIT $cap
    RETURN count(*) AS hits
  }
  RETURN sum(hits) AS hits
}
RETURN collect(hits) AS hits
