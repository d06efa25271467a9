// Delete the edges of artifacts to parents, present and past, before they are written anew.
// parameters: ids
UNWIND $ids AS id
MATCH (:Artifact {artifact_id: id})-[r:DERIVED_FROM|WAS_DERIVED_FROM]->()
DELETE r
