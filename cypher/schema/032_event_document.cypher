// Make the keys of what events said of runs and datasets unique.
// parameters: none
CREATE CONSTRAINT catalog_event_document IF NOT EXISTS
FOR (document:_CatalogEventDocument) REQUIRE document.key IS UNIQUE
