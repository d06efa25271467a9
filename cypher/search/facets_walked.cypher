// Walks from the newest artifact to older ones, so many at most, and answers how many of the first that match are alike.
// parameters: rows, since, until, any_of, artifact_type, source_pipeline, source_step, tag_tokens, limit, most, fields, tag_prefixes
MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
WHERE a.seq >= $since AND a.seq <= $until AND a.sort_id IS NOT NULL
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $rows
WITH a
WHERE ($artifact_type IS NULL OR a.artifact_type = $artifact_type)
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
WITH collect(a) AS newest
CALL (newest) {
  UNWIND newest[..$most] AS a
  WITH [field IN $fields | a[field]] AS fields,
    [token IN coalesce(a.tag_tokens, []) WHERE any(prefix IN $tag_prefixes WHERE token STARTS WITH prefix)] AS tags
  WITH fields, tags, count(*) AS artifacts
  RETURN collect([fields, tags, artifacts]) AS counts
}
RETURN size(newest) AS found, counts, COUNT { MATCH (:Artifact) } AS artifacts
