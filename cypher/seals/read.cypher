// Return the parts of a seal, in order.
// parameters: artifact_id, digest
MATCH (seal:_CatalogSeal {artifact_id: $artifact_id, digest: $digest})
WHERE seal.part >= 0
WITH seal ORDER BY seal.part
RETURN collect([seal.card, seal.part, seal.parts, seal.body]) AS parts
