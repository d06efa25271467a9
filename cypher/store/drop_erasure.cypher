// Remove a worklist, which another one replaces in the same transaction.
// parameters: artifact_id
MATCH (kept:_CatalogErasure {artifact_id: $artifact_id})
OPTIONAL MATCH (item:_CatalogErasureItem {erasure: $artifact_id})
DELETE item, kept
