// Return the artifact of a name that was registered last or, if its version is a number, the one with the highest.
// parameters: compact, name
// Both are the end of an index, whatever number of versions there are. The query names the indexes, as `lock` does.
MATCH (last:Artifact)
USING INDEX SEEK last:Artifact(compact_name, recorded_at, position)
WHERE last.compact_name = $compact AND last.recorded_at IS NOT NULL AND last.position IS NOT NULL AND last.name = $name
WITH last ORDER BY last.compact_name DESC, last.recorded_at DESC, last.position DESC, last.sort_id DESC LIMIT 1
CALL (last) {
  WITH last WHERE last.version_number IS NOT NULL
  MATCH (a:Artifact)
  USING INDEX SEEK a:Artifact(compact_name, version_number, recorded_at, position)
  WHERE a.compact_name = $compact AND a.version_number IS NOT NULL AND a.recorded_at IS NOT NULL
    AND a.position IS NOT NULL AND a.name = $name
  WITH a ORDER BY a.compact_name DESC, a.version_number DESC, a.recorded_at DESC, a.position DESC, a.sort_id DESC
  LIMIT 1
  RETURN collect(a) AS highest
}
WITH coalesce(highest[0], last) AS a
RETURN collect(
  // include: fields
) AS artifacts
