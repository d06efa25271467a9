// Index the earlier recorded changes of an artifact, which its node does not hold.
// parameters: none
CREATE INDEX catalog_earlier IF NOT EXISTS
FOR (earlier:_CatalogEarlier) ON (earlier.artifact_id)
