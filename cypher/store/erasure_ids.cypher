// Return the ids of the artifacts that have a worklist of what must go with them.
// parameters: none
MATCH (kept:_CatalogErasure)
WHERE kept.artifact_id IS NOT NULL
RETURN collect(kept.artifact_id) AS ids
