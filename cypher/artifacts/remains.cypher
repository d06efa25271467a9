// Return the number of children of an artifact, and the cards of its earlier lives.
// parameters: id
MATCH (a:Artifact {artifact_id: $id})
RETURN COUNT { (a)<-[:DERIVED_FROM]-() } AS children, [(a)-[:LIVED]->(past:_CatalogLife) | past.card] AS cards
