// Replace all properties of a deleted artifact, and remove its earlier lives.
// parameters: id, properties
MATCH (a:Artifact {artifact_id: $id})
SET a = $properties
WITH a
MATCH (a)-[:LIVED]->(past:_CatalogLife)
DETACH DELETE past
