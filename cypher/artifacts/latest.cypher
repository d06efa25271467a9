// Return the artifact of a name that was registered last or, if its version is a number, the one with the highest.
// parameters: compact, name
// All of the name are read only if the counter of the name shows that a higher number than the last one was given.
MATCH (last:Artifact)
WHERE last.compact_name = $compact AND last.recorded_at IS NOT NULL AND last.position IS NOT NULL AND last.name = $name
WITH last ORDER BY last.compact_name DESC, last.recorded_at DESC, last.position DESC, last.sort_id DESC LIMIT 1
CALL (last) {
  WITH CASE WHEN last.version =~ 'v?[0-9]{1,15}' THEN toInteger(replace(last.version, 'v', '')) END AS number
  MATCH (counter:_CatalogVersion {name: $name}) WHERE counter.last > number
  MATCH (a:Artifact)
  WHERE a.compact_name = $compact AND a.recorded_at IS NOT NULL AND a.position IS NOT NULL AND a.name = $name
    AND a.version =~ 'v?[0-9]{1,15}'
  WITH a ORDER BY toInteger(replace(a.version, 'v', '')) DESC, a.recorded_at DESC, a.position DESC, a.sort_id DESC
  LIMIT 1
  RETURN collect(a) AS highest
}
WITH coalesce(highest[0], last) AS a
RETURN collect(
  // include: fields
) AS artifacts
