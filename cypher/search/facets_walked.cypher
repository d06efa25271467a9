// Walk from the newest artifact to older ones; count the values of some fields and tags in the first that match.
// parameters: rows, since, until, artifact_type, source_pipeline, source_step, tag_tokens, limit, most, fields, tag_prefixes, any_of
MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
WHERE a.seq >= $since AND a.seq <= $until AND a.sort_id IS NOT NULL
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $rows
WITH a
WHERE ($artifact_type IS NULL OR a.artifact_type = $artifact_type)
  AND ($source_pipeline IS NULL OR a.source_pipeline = $source_pipeline)
  AND ($source_step IS NULL OR a.source_step = $source_step)
  AND all(token IN $tag_tokens WHERE token IN a.tag_tokens)
  AND
  // include: matches
WITH a LIMIT $limit
WITH collect(a) AS newest
CALL (newest) {
  UNWIND newest[..$most] AS a
  WITH [field IN $fields | a[field]] AS fields,
    [token IN coalesce(a.tag_tokens, []) WHERE any(prefix IN $tag_prefixes WHERE token STARTS WITH prefix)] AS tags
  WITH fields, tags, count(*) AS artifacts
  RETURN collect([fields, tags, artifacts]) AS counts
}
RETURN size(newest) AS found, counts, COUNT { MATCH (:Artifact) } AS artifacts
