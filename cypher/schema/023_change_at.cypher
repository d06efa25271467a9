// Index recorded transactions by their instants.
// parameters: none
CREATE INDEX catalog_change_at IF NOT EXISTS
FOR (change:_CatalogChange) ON (change.at, change.number)
