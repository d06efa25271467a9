// Delete the moves of a name but the first ones.
// parameters: name, known
MATCH (move:_CatalogAliasMove {name: $name})
WHERE move.number >= 0
WITH move ORDER BY move.number SKIP $known
DELETE move
