// Make the digests of API keys unique.
// parameters: none
CREATE CONSTRAINT catalog_key_digest IF NOT EXISTS
FOR (key:_CatalogKey) REQUIRE key.digest IS UNIQUE
