// Return the cards of the direct parents of each of these artifacts that has any.
// parameters: ids
UNWIND $ids AS id
MATCH (:Artifact {artifact_id: id})-[:DERIVED_FROM]->(parent)
WITH id, collect(parent.card) AS parents
RETURN collect([id, parents]) AS adjacent
