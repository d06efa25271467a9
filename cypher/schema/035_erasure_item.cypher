// Index the items of worklists; their texts may be longer than an index takes.
// parameters: none
CREATE INDEX catalog_erasure_item IF NOT EXISTS
FOR (item:_CatalogErasureItem) ON (item.erasure)
