// Walks from the newest artifact to older ones, so many at most, and answers the first that match, all of one tier.
// parameters: rows, since, until, tier, any_of, artifact_type, source_pipeline, source_step, tag_tokens, words, compact, after_seq, after_id, limit
MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
WHERE a.seq >= $since AND a.seq <= $until AND a.sort_id IS NOT NULL
  AND NOT (a.seq = $after_seq AND a.sort_id >= $after_id)
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $rows
WITH a
WHERE $tier = CASE
    WHEN size($words) = 0 OR a.compact_name = $compact THEN 0
    WHEN a.compact_name STARTS WITH $compact THEN 1
    WHEN all(word IN $words WHERE word IN a.terms) THEN 2
    ELSE 3
  END
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
WITH a LIMIT $limit
RETURN collect([$tier, a.seq, [
  a.artifact_id, a.name, a.artifact_type, a.content_hash, a.source_step, a.source_run_id, a.source_pipeline,
  a.parent_ids, a.tags, a.metadata, a.uri, a.created_at, a.version, a.recorded_at, a.state
]]) AS found
