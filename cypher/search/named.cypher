// Tell whether an artifact of an id is registered, and which of some names are those of registered artifacts.
// parameters: id, names
OPTIONAL MATCH (own:Artifact {artifact_id: $id}) WHERE own.state = 'registered'
CALL () {
  UNWIND $names AS name
  CALL (name) {
    MATCH (a:Artifact) WHERE a.compact_name = name[0] AND a.name = name[1] AND a.seq IS NOT NULL
    RETURN a LIMIT 1
  }
  RETURN collect(name[1]) AS existing
}
RETURN own IS NOT NULL AS by_id, existing
