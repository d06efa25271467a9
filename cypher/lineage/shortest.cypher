// Finds one of the shortest ways in which an artifact came from another, the nearest to it first.
// parameters: source, target
MATCH (source:Artifact {artifact_id: $source})
MATCH (target:Artifact {artifact_id: $target})
MATCH way = SHORTEST 1 (target)-[:DERIVED_FROM]->+(source)
RETURN [n IN nodes(way) | n.card] AS cards
