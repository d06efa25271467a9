// Return registered artifacts in the order of their ids, after one of them, with what they are found by.
// parameters: after, limit
MATCH (a:Artifact) WHERE a.artifact_id > $after AND a.seq IS NOT NULL
WITH a ORDER BY a.artifact_id LIMIT $limit
RETURN a.artifact_id AS artifact_id, coalesce(a.revision, 0) AS revision, a.terms AS terms, a.search_text AS search_text,
  a.tag_tokens AS tag_tokens,
  // include: fields
  AS fields
