// Return the newest registered artifact of each of these names that has one.
// parameters: names
// A name is its compact form and itself. The query names the index, as `lock` does.
UNWIND $names AS name
CALL (name) {
  MATCH (a:Artifact)
  USING INDEX SEEK a:Artifact(compact_name, seq)
  WHERE a.compact_name = name[0] AND a.seq IS NOT NULL AND a.name = name[1]
  RETURN a.artifact_id AS id
  ORDER BY a.compact_name DESC, a.seq DESC
  LIMIT 1
}
RETURN collect([name[1], id]) AS holders
