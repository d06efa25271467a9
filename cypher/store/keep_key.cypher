// Store a new API key.
// parameters: key
MERGE (key:_CatalogKey {digest: $key.digest})
SET key += $key
