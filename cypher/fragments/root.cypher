// Match the root of a walk, if it is registered or something derives from it.
// parameters: id
MATCH (root:Artifact {artifact_id: $id})
WHERE root.state = 'registered' OR EXISTS { (root)<-[:DERIVED_FROM]-() }
