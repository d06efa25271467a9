// Index the moves of a name's aliases, which are read from the last one back.
// parameters: none
CREATE INDEX catalog_alias_move IF NOT EXISTS
FOR (move:_CatalogAliasMove) ON (move.name, move.number)
