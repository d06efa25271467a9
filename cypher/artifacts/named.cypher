// Return the registered artifacts of a name after a position, newest first.
// parameters: compact, name, after_seq, after_id, limit
MATCH (a:Artifact)
WHERE a.compact_name = $compact AND a.seq <= $after_seq AND a.name = $name
  AND NOT (a.seq = $after_seq AND a.sort_id >= $after_id)
WITH a ORDER BY a.compact_name DESC, a.seq DESC, a.sort_id DESC LIMIT $limit
RETURN collect(
  // include: fields
) AS artifacts
