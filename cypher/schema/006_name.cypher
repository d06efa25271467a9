// Index compact names: a search puts first what is named as its words, then what begins with them.
// parameters: none
CREATE INDEX catalog_name IF NOT EXISTS
FOR (a:Artifact) ON (a.compact_name, a.seq)
