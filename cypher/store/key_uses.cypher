// Store the instants at which API keys were used last.
// parameters: uses
UNWIND $uses AS use
MATCH (key:_CatalogKey {digest: use[0]})
WHERE coalesce(key.used_at, 0) < use[1]
SET key.used_at = use[1]
