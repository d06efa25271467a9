// Return the worklist of what must go with an artifact.
// parameters: artifact_id
MATCH (kept:_CatalogErasure {artifact_id: $artifact_id})
OPTIONAL MATCH (item:_CatalogErasureItem {erasure: $artifact_id})
RETURN kept.artifact_id AS artifact_id, kept.opened AS opened, kept.opened_by AS opened_by, kept.reason AS reason,
  collect([item.item, item.artifact_id, item.relation, item.via, item.depth, item.content_hash, item.added, item.done,
    item.done_by, item.note]) AS items
