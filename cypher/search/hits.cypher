// Count the artifacts of one source, all of which match.
// parameters: source
// Each branch counts its own, for rows that a union passes on take half as long again.
WITH $source AS source
CALL (source) {
  UNWIND source.lucene AS lucene
  CALL db.index.fulltext.queryNodes('catalog_terms', lucene) YIELD node
  RETURN count(*) AS hits
  UNION ALL
  UNWIND source.part AS part
  MATCH (a:Artifact) WHERE a.search_text CONTAINS part
  RETURN count(*) AS hits
  UNION ALL
  UNWIND source.created AS created
  MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
  WHERE a.seq >= created[0] AND a.seq < created[1] AND a.sort_id IS NOT NULL
  RETURN count(*) AS hits
}
RETURN sum(hits) AS hits
