// Return the parts of all seals.
// parameters: none
MATCH (seal:_CatalogSeal)
WHERE seal.artifact_id > ''
WITH seal ORDER BY seal.artifact_id, seal.digest, seal.part
RETURN [seal.card, seal.part, seal.parts, seal.body] AS part
