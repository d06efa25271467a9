// Keep a worklist, and return the items that it has; what is kept already stays as it is.
// parameters: artifact_id, opened, by, reason
MERGE (kept:_CatalogErasure {artifact_id: $artifact_id})
ON CREATE SET kept.opened = $opened, kept.opened_by = $by, kept.reason = $reason
WITH kept
OPTIONAL MATCH (item:_CatalogErasureItem {erasure: $artifact_id})
RETURN collect(item.item) AS items
