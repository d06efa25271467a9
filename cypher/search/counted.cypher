// Count everything that matches: in total, and by each value of some fields and tags.
// parameters: sources, any_of, artifact_type, source_pipeline, source_step, tag_tokens, fields, tag_prefixes
// A null `any_of` matches everything that the sources give.
UNWIND $sources AS source
CALL (source) {
  UNWIND source.lucene AS lucene
  CALL db.index.fulltext.queryNodes('catalog_terms', lucene) YIELD node
  RETURN node AS a
  UNION ALL
  UNWIND source.part AS part
  MATCH (a:Artifact) WHERE a.search_text CONTAINS part
  RETURN a
  UNION ALL
  UNWIND source.created AS created
  MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
  WHERE a.seq >= created[0] AND a.seq < created[1] AND a.sort_id IS NOT NULL
  RETURN a
}
WITH DISTINCT a
WHERE ($artifact_type IS NULL OR a.artifact_type = $artifact_type)
  AND ($source_pipeline IS NULL OR a.source_pipeline = $source_pipeline)
  AND ($source_step IS NULL OR a.source_step = $source_step)
  AND all(token IN $tag_tokens WHERE token IN a.tag_tokens)
  AND ($any_of IS NULL OR
    // include: matches
  )
WITH a
UNWIND [['', '']] + [field IN $fields WHERE a[field] IS NOT NULL | [field, a[field]]]
  + [token IN coalesce(a.tag_tokens, []) WHERE any(prefix IN $tag_prefixes WHERE token STARTS WITH prefix) | ['tag', token]]
  AS pair
WITH pair[0] AS kind, pair[1] AS value, count(*) AS artifacts
RETURN collect([kind, value, artifacts]) AS counts
