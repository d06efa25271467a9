// Add items to a worklist.
// parameters: items
UNWIND $items AS row
CREATE (item:_CatalogErasureItem)
SET item = row
