// Give an alias to an artifact, which is found by it from now on.
// parameters: name, sort_name, alias, artifact_id, terms, card_end, by, now, revision
MATCH (a:Artifact {artifact_id: $artifact_id})
CREATE (:_CatalogAlias {name: $name, sort_name: $sort_name, alias: $alias, by: $by, at: $now})-[:HELD_BY]->(a)
REMOVE a._locked
SET a.terms = a.terms + [term IN $terms WHERE NOT term IN a.terms], a.revision = $revision, a.card = a.card + $card_end
