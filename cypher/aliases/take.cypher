// Take an alias from its holder, which is still found by its other aliases.
// parameters: sort_name, alias, terms, card_end, revision
MATCH (held:_CatalogAlias {sort_name: $sort_name, alias: $alias})-[:HELD_BY]->(a:Artifact)
DETACH DELETE held
REMOVE a._locked
SET a.terms = [term IN a.terms WHERE NOT term STARTS WITH 'f\u001Falias'] + $terms, a.revision = $revision,
  a.card = left(a.card, size(a.card) - size(last(split(a.card, '\u001F')))) + a.state + $card_end
