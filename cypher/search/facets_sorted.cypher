// Read all candidates; count the values of some fields and tags in the newest that match.
// parameters: sources, any_of, artifact_type, source_pipeline, source_step, tag_tokens, limit, most, fields, tag_prefixes
// Candidates are looked at inside a subquery, for else all of them are sorted first, each with the properties that were
// read of it, which takes gigabytes. Each source gives an artifact once: so many pages as there are sources hold one page
// of different ones. A null `any_of` matches everything that the sources give.
UNWIND $sources AS source
CALL (source) {
  CALL (source) {
    UNWIND source.lucene AS lucene
    CALL db.index.fulltext.queryNodes('catalog_terms', lucene) YIELD node
    RETURN node AS a
    UNION ALL
    UNWIND source.part AS part
    MATCH (a:Artifact) WHERE a.search_text CONTAINS part
    RETURN a
  }
  WITH a
  WHERE ($artifact_type IS NULL OR a.artifact_type = $artifact_type)
    AND ($source_pipeline IS NULL OR a.source_pipeline = $source_pipeline)
    AND ($source_step IS NULL OR a.source_step = $source_step)
    AND all(token IN $tag_tokens WHERE token IN a.tag_tokens)
    AND ($any_of IS NULL OR
      // include: matches
    )
  RETURN a
}
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $limit * size($sources)
WITH DISTINCT a
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $limit
WITH collect(a) AS newest
CALL (newest) {
  UNWIND newest[..$most] AS a
  WITH [field IN $fields | a[field]] AS fields,
    [token IN coalesce(a.tag_tokens, []) WHERE any(prefix IN $tag_prefixes WHERE token STARTS WITH prefix)] AS tags
  WITH fields, tags, count(*) AS artifacts
  RETURN collect([fields, tags, artifacts]) AS counts
}
RETURN size(newest) AS found, counts
