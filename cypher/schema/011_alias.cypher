// An alias of a name is one node, and so is held by one artifact at a time.
// parameters: none
CREATE CONSTRAINT catalog_alias IF NOT EXISTS
FOR (alias:_CatalogAlias) REQUIRE (alias.sort_name, alias.alias) IS UNIQUE
