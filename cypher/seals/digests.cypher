// Return the digests of the whole seals of each of some artifacts that has any.
// parameters: artifact_ids
UNWIND $artifact_ids AS artifact_id
MATCH (seal:_CatalogSeal {artifact_id: artifact_id})
WHERE seal.digest IS NOT NULL AND seal.part >= 0
WITH artifact_id, seal.digest AS digest, max(seal.parts) AS parts, count(*) AS kept
WHERE kept = parts
WITH artifact_id, collect(digest) AS digests
RETURN collect([artifact_id, digests]) AS digests
