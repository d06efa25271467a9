// Index recorded transactions by the tickets that artifacts keep of them.
// parameters: none
CREATE CONSTRAINT catalog_change_ticket IF NOT EXISTS
FOR (change:_CatalogChange) REQUIRE change.ticket IS UNIQUE
