// Return the ids of an artifact's children, oldest first; the artifact itself names its parents.
// parameters: id
OPTIONAL MATCH (child:Artifact)-[:DERIVED_FROM]->(:Artifact {artifact_id: $id})
WITH child ORDER BY child.created_at, child.sort_id
RETURN collect(child.artifact_id) AS child_ids
