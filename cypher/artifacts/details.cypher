// Return the number of parents, the content hash and the state of artifacts in present answers, by id.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
WHERE a.state = 'registered' OR EXISTS { (a)<-[:DERIVED_FROM]-() }
RETURN collect([id, COUNT { (a)-[:DERIVED_FROM]->() }, coalesce(a.content_hash, ''), a.state]) AS details
