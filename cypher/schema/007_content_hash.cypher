// Index content hashes, the oldest artifact of each first.
// parameters: none
CREATE INDEX catalog_content_hash IF NOT EXISTS
FOR (a:Artifact) ON (a.content_hash, a.seq, a.sort_id)
