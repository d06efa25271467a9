// Return the id of the oldest registered artifact with a content hash.
// parameters: hash
MATCH (a:Artifact)
USING INDEX SEEK a:Artifact(content_hash, seq, sort_id)
WHERE a.content_hash = $hash AND a.seq IS NOT NULL AND a.sort_id IS NOT NULL
WITH a ORDER BY a.content_hash, a.seq, a.sort_id LIMIT 1
RETURN collect(a.artifact_id) AS ids
