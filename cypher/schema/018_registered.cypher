// Index compact names in order of registration: the latest artifact of a name, and its history.
// parameters: none
CREATE INDEX catalog_registered IF NOT EXISTS
FOR (a:Artifact) ON (a.compact_name, a.recorded_at, a.position)
