// Count the registered artifacts of the same name that are newer than each of these artifacts.
// parameters: rows
// A row is an id, the compact name, and the number of the version; it is null where the name goes by registration, and -1
// where the name goes by numbers and the artifact has none. Each part is one range of an index, that is sought only where it
// counts: a condition on the row would be looked at behind the range. A CASE, because Neo4j would seek each side of an OR.
UNWIND $rows AS row
MATCH (a:Artifact {artifact_id: row[0]})
WITH row, a, coalesce(a.recorded_at, 0) AS recorded, coalesce(a.position, 0) AS position
CALL (row, a, recorded, position) {
  UNWIND CASE WHEN row[2] IS NULL THEN [1] ELSE [] END AS once
  MATCH (b:Artifact)
  USING INDEX SEEK b:Artifact(compact_name, recorded_at, position)
  WHERE b.compact_name = row[1] AND b.recorded_at >= recorded AND b.position IS NOT NULL AND b.name = a.name
    AND CASE
      WHEN b.recorded_at > recorded THEN true
      WHEN b.position = position THEN b.sort_id > a.sort_id
      ELSE b.position > position
    END
  RETURN count(b) AS newer
  UNION ALL
  UNWIND CASE WHEN row[2] IS NULL THEN [] ELSE [1] END AS once
  MATCH (b:Artifact)
  USING INDEX SEEK b:Artifact(compact_name, version_number, recorded_at, position)
  WHERE b.compact_name = row[1] AND b.version_number >= row[2] AND b.recorded_at IS NOT NULL AND b.position IS NOT NULL
    AND b.name = a.name
    AND CASE
      WHEN b.version_number > row[2] OR b.recorded_at > recorded THEN true
      WHEN b.recorded_at < recorded THEN false
      WHEN b.position = position THEN b.sort_id > a.sort_id
      ELSE b.position > position
    END
  RETURN count(b) AS newer
  UNION ALL
  UNWIND CASE WHEN row[2] = -1 THEN [1] ELSE [] END AS once
  MATCH (b:Artifact)
  USING INDEX SEEK b:Artifact(compact_name, recorded_at, position)
  WHERE b.compact_name = row[1] AND b.recorded_at >= recorded AND b.position IS NOT NULL AND b.name = a.name
    AND b.version_number IS NULL
    AND CASE
      WHEN b.recorded_at > recorded THEN true
      WHEN b.position = position THEN b.sort_id > a.sort_id
      ELSE b.position > position
    END
  RETURN count(b) AS newer
}
WITH row[0] AS id, sum(newer) AS newer
RETURN collect([id, newer]) AS counts
