// Return the keys of those of some parts of seals that are kept: the artifact, the digest, the number of the part.
// parameters: keys
UNWIND $keys AS key
MATCH (seal:_CatalogSeal {artifact_id: key[0], digest: key[1], part: key[2]})
RETURN collect(key) AS keys
