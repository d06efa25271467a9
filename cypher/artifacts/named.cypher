// Return the registered artifacts of a name before a position, the one that was registered last first.
// parameters: compact, name, recorded, position, before_id, limit
// A CASE, because Neo4j would seek each side of an OR by itself, and lose the order of the index.
MATCH (a:Artifact)
WHERE a.compact_name = $compact AND a.recorded_at <= $recorded AND a.position IS NOT NULL AND a.name = $name
  AND CASE
    WHEN a.recorded_at < $recorded THEN true
    WHEN a.position = $position THEN a.sort_id < $before_id
    ELSE a.position < $position
  END
WITH a ORDER BY a.compact_name DESC, a.recorded_at DESC, a.position DESC, a.sort_id DESC LIMIT $limit
RETURN collect([a.recorded_at, a.position,
  // include: fields
]) AS artifacts
