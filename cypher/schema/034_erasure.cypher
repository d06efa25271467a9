// Make the artifacts of worklists unique.
// parameters: none
CREATE CONSTRAINT catalog_erasure IF NOT EXISTS
FOR (kept:_CatalogErasure) REQUIRE kept.artifact_id IS UNIQUE
