// Return the moves of the aliases of names, each name's in their order.
// parameters: names
UNWIND $names AS name
MATCH (move:_CatalogAliasMove {name: name})
WHERE move.number >= 0
WITH move ORDER BY move.name, move.number
RETURN collect([move.name, move.alias, move.before, move.after, move.by, move.at]) AS moves
