// Search puts first what is named as the words are, then what begins so.
// parameters: none
CREATE INDEX catalog_name IF NOT EXISTS
FOR (a:Artifact) ON (a.compact_name, a.seq)
