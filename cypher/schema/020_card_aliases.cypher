// Write the aliases of artifacts at the end of their cards, where a walk reads them.
// parameters: none
MATCH (:_CatalogAlias)-[:HELD_BY]->(a:Artifact)
WITH DISTINCT a
CALL (a) {
  WITH a, [(a)<-[:HELD_BY]-(held:_CatalogAlias) | '\u001E' + held.alias] AS aliases
  SET a.card = left(a.card, size(a.card) - size(last(split(a.card, '\u001F')))) + a.state
    + reduce(end = '', alias IN aliases | end + alias)
} IN TRANSACTIONS OF 10000 ROWS
