// Return one of the shortest paths from an artifact to one upstream of it, as cards.
// parameters: source, target
MATCH (source:Artifact {artifact_id: $source})
MATCH (target:Artifact {artifact_id: $target})
MATCH way = SHORTEST 1 (target)-[:DERIVED_FROM]->+(source)
RETURN [n IN nodes(way) | n.card] AS cards
