// Return the cards of the newest whole seals of an artifact.
// parameters: artifact_id, limit
MATCH (seal:_CatalogSeal {artifact_id: $artifact_id})
WHERE seal.digest IS NOT NULL AND seal.part >= 0
WITH seal.digest AS digest, max(seal.at) AS at, max(seal.card) AS card, max(seal.parts) AS parts, count(*) AS kept
WHERE kept = parts
WITH card ORDER BY at DESC, digest LIMIT $limit
RETURN collect(card) AS cards
