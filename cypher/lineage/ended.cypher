// Lock deleted artifacts; return those of their edges to parents that their deletion ended.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
SET a._locked = true
REMOVE a._locked
WITH a WHERE a.state = 'deleted'
UNWIND a.parent_ids AS parent_id
WITH a, parent_id WHERE NOT EXISTS { (a)-[:DERIVED_FROM]->(:Artifact {artifact_id: parent_id}) }
RETURN collect([a.artifact_id, parent_id]) AS edges
