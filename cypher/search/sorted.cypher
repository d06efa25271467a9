// Reads every candidate, and answers the best of those that match.
// parameters: sources, tiers, any_of, artifact_type, source_pipeline, source_step, tag_tokens, words, compact, after_tier, after_seq, after_id, limit
// Candidates are looked at inside a subquery, for else all of them are sorted first, each with the properties that were
// read of it, which takes gigabytes. Each source gives an artifact once: so many pages as there are sources hold one page
// of different ones.
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
    UNION ALL
    UNWIND source.name AS name
    MATCH (a:Artifact) WHERE a.compact_name = name AND a.seq IS NOT NULL
    RETURN a
    UNION ALL
    UNWIND source.prefix AS prefix
    MATCH (a:Artifact) WHERE a.compact_name STARTS WITH prefix AND a.seq IS NOT NULL
    RETURN a
  }
  WITH a, CASE
    WHEN size($words) = 0 OR a.compact_name = $compact THEN 0
    WHEN a.compact_name STARTS WITH $compact THEN 1
    WHEN all(word IN $words WHERE word IN a.terms) THEN 2
    ELSE 3
  END AS tier
  WHERE tier IN $tiers
    AND (tier > $after_tier OR (tier = $after_tier
      AND (a.seq < $after_seq OR (a.seq = $after_seq AND a.sort_id < $after_id))))
    AND ($artifact_type IS NULL OR a.artifact_type = $artifact_type)
    AND ($source_pipeline IS NULL OR a.source_pipeline = $source_pipeline)
    AND ($source_step IS NULL OR a.source_step = $source_step)
    AND all(token IN $tag_tokens WHERE token IN a.tag_tokens)
    AND any(c IN $any_of WHERE
      all(term IN c.has WHERE term IN a.terms)
      AND none(term IN c.lacks WHERE term IN a.terms)
      AND all(part IN c.parts WHERE a.search_text CONTAINS part)
      AND none(part IN c.lacks_parts WHERE a.search_text CONTAINS part)
      AND all(range IN c.ranges WHERE any(term IN a.terms WHERE range[0] <= term <= range[1]))
      AND none(range IN c.lacks_ranges WHERE any(term IN a.terms WHERE range[0] <= term <= range[1]))
      AND all(field IN c.equals WHERE coalesce(a[field[0]], '') = field[1])
      AND none(field IN c.differs WHERE coalesce(a[field[0]], '') = field[1])
      AND (c.created_from IS NULL OR a.seq >= c.created_from)
      AND (c.created_before IS NULL OR a.seq < c.created_before))
  RETURN a, tier
}
WITH a, tier ORDER BY tier, a.seq DESC, a.sort_id DESC LIMIT $limit * size($sources)
WITH DISTINCT a, tier
WITH a, tier ORDER BY tier, a.seq DESC, a.sort_id DESC LIMIT $limit
RETURN collect([tier, a.seq, [
  a.artifact_id, a.name, a.artifact_type, a.content_hash, a.source_step, a.source_run_id, a.source_pipeline,
  a.parent_ids, a.tags, a.metadata, a.uri, a.created_at, a.version, a.recorded_at, a.state
]]) AS found
