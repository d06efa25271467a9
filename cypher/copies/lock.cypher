// Lock artifacts in the order of their ids until the transaction ends; return their ids and revisions.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
SET a._locked = true
REMOVE a._locked
RETURN collect([id, a.revision]) AS revisions
