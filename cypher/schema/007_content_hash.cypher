// The oldest artifact with a content hash is the first one under it.
// parameters: none
CREATE INDEX catalog_content_hash IF NOT EXISTS
FOR (a:Artifact) ON (a.content_hash, a.seq, a.sort_id)
