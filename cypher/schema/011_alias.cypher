// Make each alias of a name one node, so that one artifact holds it at a time.
// parameters: none
CREATE CONSTRAINT catalog_alias IF NOT EXISTS
FOR (alias:_CatalogAlias) REQUIRE (alias.sort_name, alias.alias) IS UNIQUE
