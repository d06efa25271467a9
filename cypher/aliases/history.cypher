// Return a page of the moves of a name's aliases, or of one alias, the last move first.
// parameters: name, alias, before_number, limit
MATCH (move:_CatalogAliasMove)
WHERE move.name = $name AND move.number < $before_number AND ($alias IS NULL OR move.alias = $alias)
WITH move ORDER BY move.name DESC, move.number DESC LIMIT $limit
RETURN collect([move.number, move.name, move.alias, move.before, move.after, move.by, move.at]) AS moves
