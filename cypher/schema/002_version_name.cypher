// Give each name one counter of its version numbers.
// parameters: none
CREATE CONSTRAINT catalog_version_name IF NOT EXISTS
FOR (counter:_CatalogVersion) REQUIRE counter.name IS UNIQUE
