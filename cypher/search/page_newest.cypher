// Return a page of a list of everything, the newest first.
// parameters: since, after_seq, after_id, limit
// Neo4j plans it in a small part of the time that it takes for the queries with conditions: right after its start, this is
// the first question that it answers.
MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
WHERE a.seq >= $since AND a.seq <= $after_seq AND a.sort_id IS NOT NULL
  AND NOT (a.seq = $after_seq AND a.sort_id >= $after_id)
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $limit
RETURN collect([0, a.seq,
  // include: fields
]) AS page
