// Return the registered artifacts of a name and some versions before a position, the one that was registered last first.
// parameters: lucene, name, versions, recorded, position, before_id, limit
UNWIND $lucene AS lucene
CALL db.index.fulltext.queryNodes('catalog_terms', lucene) YIELD node AS a
WITH DISTINCT a
WHERE a.name = $name AND a.version IN $versions AND a.recorded_at <= $recorded
  AND CASE
    WHEN a.recorded_at < $recorded THEN true
    WHEN a.position = $position THEN a.sort_id < $before_id
    ELSE a.position < $position
  END
WITH a ORDER BY a.recorded_at DESC, a.position DESC, a.sort_id DESC LIMIT $limit
RETURN collect([a.recorded_at, a.position,
  // include: fields
]) AS artifacts
