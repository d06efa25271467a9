// Make each part of a seal one node; the seals of an artifact are found by its id.
// parameters: none
CREATE CONSTRAINT catalog_seal IF NOT EXISTS
FOR (seal:_CatalogSeal) REQUIRE (seal.artifact_id, seal.digest, seal.part) IS UNIQUE
