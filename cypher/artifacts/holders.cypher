// Return the last registered artifact of each of these names that has one.
// parameters: names
// A name is its compact form and itself. The query names the index, as `lock` does.
UNWIND $names AS name
CALL (name) {
  MATCH (a:Artifact)
  USING INDEX SEEK a:Artifact(compact_name, recorded_at, position)
  WHERE a.compact_name = name[0] AND a.recorded_at IS NOT NULL AND a.position IS NOT NULL AND a.name = name[1]
  RETURN a.artifact_id AS id
  ORDER BY a.compact_name DESC, a.recorded_at DESC, a.position DESC
  LIMIT 1
}
RETURN collect([name[1], id]) AS holders
