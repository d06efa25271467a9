// Index compact names by the numbers of versions: the highest of a name is found without reading the others.
// parameters: none
CREATE INDEX catalog_numbered IF NOT EXISTS
FOR (a:Artifact) ON (a.compact_name, a.version_number, a.recorded_at, a.position)
