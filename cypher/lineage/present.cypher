// Return the card, the kind or else the state, and the ids of the parents of those of these artifacts that exist.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
RETURN collect([id, a.card, coalesce(a.kind, a.state), [(a)-[:DERIVED_FROM]->(parent) | parent.artifact_id]]) AS artifacts
