// Return the state of an id, and whether present answers have it: it is registered, or something derives from it.
// parameters: id
MATCH (a:Artifact {artifact_id: $id})
RETURN a.state AS state, a.state = 'registered' OR EXISTS { (a)<-[:DERIVED_FROM]-() } AS present
