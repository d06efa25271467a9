// Return all moves of aliases up to an instant, in their order.
// parameters: at
MATCH (move:_CatalogAliasMove)
WHERE move.at <= $at
WITH move ORDER BY move.number
RETURN [move.name, move.alias, move.before, move.after, move.by, move.at] AS move
