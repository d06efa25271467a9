// Return true if an artifact of these ids, or whose id begins with one of these texts, is registered.
// parameters: ids, prefixes
RETURN EXISTS {
  UNWIND $ids AS id
  MATCH (a:Artifact {artifact_id: id}) WHERE a.state = 'registered'
} OR EXISTS {
  UNWIND $prefixes AS prefix
  MATCH (a:Artifact) WHERE a.artifact_id STARTS WITH prefix AND a.state = 'registered'
} AS registered
