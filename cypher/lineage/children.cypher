// Return the cards of the direct children of each of these artifacts that has any.
// parameters: ids
UNWIND $ids AS id
MATCH (:Artifact {artifact_id: id})<-[:DERIVED_FROM]-(child)
WITH id, collect(child.card) AS children
RETURN collect([id, children]) AS adjacent
