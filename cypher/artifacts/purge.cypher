// Replace all properties of a deleted artifact but the list of its recorded changes, and remove its type and its earlier lives.
// parameters: id, properties
MATCH (a:Artifact {artifact_id: $id})
WITH a, a.changes AS changes, [label IN labels(a) WHERE label <> 'Artifact'] AS types
REMOVE a:$(types)
SET a = $properties
SET a.changes = changes
WITH a
MATCH (a)-[:LIVED]->(past:_CatalogLife)
DETACH DELETE past
