// Return the ids of the registered artifacts with each of these content hashes.
// parameters: hashes
UNWIND $hashes AS hash
MATCH (a:Artifact)
USING INDEX SEEK a:Artifact(content_hash, seq, sort_id)
WHERE a.content_hash = hash AND a.seq IS NOT NULL AND a.sort_id IS NOT NULL
RETURN collect([hash, a.artifact_id]) AS pairs
