// Tells of each artifact, by id, how many parents it has and its content hash.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
RETURN collect([id, COUNT { (a)-[:DERIVED_FROM]->() }, coalesce(a.content_hash, '')]) AS details
