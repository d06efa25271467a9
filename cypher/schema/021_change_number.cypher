// Make the numbers of recorded transactions unique; the record is read by them.
// parameters: none
CREATE CONSTRAINT catalog_change_number IF NOT EXISTS
FOR (change:_CatalogChange) REQUIRE change.number IS UNIQUE
