// Index what runs read and made by line and instant, so that a read finds the version that was there.
// parameters: none
CREATE INDEX catalog_event_use IF NOT EXISTS
FOR (use:_CatalogEventUse) ON (use.line, use.at, use.artifact)
