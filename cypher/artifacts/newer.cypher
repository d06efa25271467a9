// Count the registered artifacts of the same name that are newer than each of these artifacts.
// parameters: rows
// A row is an id, the compact name, and the number of the version; it is null where the name goes by registration, and -1
// where the name goes by numbers and the artifact has none. Each part is a range of an index.
UNWIND $rows AS row
MATCH (a:Artifact {artifact_id: row[0]})
WITH row, a, coalesce(a.recorded_at, 0) AS recorded, coalesce(a.position, 0) AS position
CALL (row, a, recorded, position) {
  WITH row, a, recorded, position WHERE row[2] IS NULL
  MATCH (b:Artifact)
  USING INDEX SEEK b:Artifact(compact_name, recorded_at, position)
  WHERE b.compact_name = row[1] AND b.recorded_at >= recorded AND b.position IS NOT NULL AND b.name = a.name
    AND (b.recorded_at > recorded OR b.position > position OR (b.position = position AND b.sort_id > a.sort_id))
  RETURN count(b) AS newer
  UNION ALL
  WITH row, a, recorded, position WHERE row[2] IS NOT NULL
  MATCH (b:Artifact)
  USING INDEX SEEK b:Artifact(compact_name, version_number, recorded_at, position)
  WHERE b.compact_name = row[1] AND b.version_number >= row[2] AND b.recorded_at IS NOT NULL AND b.position IS NOT NULL
    AND b.name = a.name
    AND (b.version_number > row[2] OR b.recorded_at > recorded OR (b.recorded_at = recorded
      AND (b.position > position OR (b.position = position AND b.sort_id > a.sort_id))))
  RETURN count(b) AS newer
  UNION ALL
  WITH row, a, recorded, position WHERE row[2] = -1
  MATCH (b:Artifact)
  USING INDEX SEEK b:Artifact(compact_name, recorded_at, position)
  WHERE b.compact_name = row[1] AND b.recorded_at >= recorded AND b.position IS NOT NULL AND b.name = a.name
    AND b.version_number IS NULL
    AND (b.recorded_at > recorded OR b.position > position OR (b.position = position AND b.sort_id > a.sort_id))
  RETURN count(b) AS newer
}
WITH row[0] AS id, sum(newer) AS newer
RETURN collect([id, newer]) AS counts
