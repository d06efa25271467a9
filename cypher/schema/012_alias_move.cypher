// The history of a name's aliases is read from the last move back.
// parameters: none
CREATE INDEX catalog_alias_move IF NOT EXISTS
FOR (move:_CatalogAliasMove) ON (move.name, move.number)
