// Walks from the newest artifact to older ones, so many at most, and answers what the first that match are counted by.
// parameters: rows, since, until, any_of, artifact_type, source_pipeline, source_step, tag_tokens, limit, fields, with_tags
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
WITH collect([field IN $fields | a[field]]) AS fields,
  collect(CASE WHEN $with_tags THEN coalesce(a.tag_tokens, []) ELSE [] END) AS tags
RETURN fields, tags, COUNT { MATCH (:Artifact) } AS artifacts
