// Read all candidates; return the best of those that match.
// parameters: sources, tiers, artifact_type, source_pipeline, source_step, tag_tokens, words, compact, after_tier, after_seq, after_id, limit, any_of
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
    AND
    // include: matches
  RETURN a, tier
}
WITH a, tier ORDER BY tier, a.seq DESC, a.sort_id DESC LIMIT $limit * size($sources)
WITH DISTINCT a, tier
WITH a, tier ORDER BY tier, a.seq DESC, a.sort_id DESC LIMIT $limit
RETURN collect([tier, a.seq,
  // include: fields
]) AS found
