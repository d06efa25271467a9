// Mark those of some items of a worklist that are not done yet.
// parameters: artifact_id, items, by, note, now
MATCH (item:_CatalogErasureItem {erasure: $artifact_id})
WHERE item.done IS NULL AND item.item IN $items
SET item.done = $now, item.done_by = $by, item.note = $note
