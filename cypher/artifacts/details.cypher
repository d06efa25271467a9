// Return the number of parents and the content hash of artifacts in present answers, by id.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
WHERE a.state = 'registered' OR EXISTS { (a)<-[:DERIVED_FROM]-() }
RETURN collect([id, COUNT { (a)-[:DERIVED_FROM]->() }, coalesce(a.content_hash, '')]) AS details
