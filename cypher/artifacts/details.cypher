// Return the number of parents, the content hash and the state of artifacts, by id.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
RETURN collect([id, COUNT { (a)-[:DERIVED_FROM]->() }, coalesce(a.content_hash, ''), a.state]) AS details
