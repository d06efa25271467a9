// Return the uses of each line after an instant and up to another one.
// parameters: spans
// The query names the index: Neo4j has no statistics of it right after the first events, and would read all uses.
UNWIND range(0, size($spans) - 1) AS place
WITH place, $spans[place][0] AS line, $spans[place][1] AS earliest, $spans[place][2] AS latest
MATCH (use:_CatalogEventUse)
USING INDEX SEEK use:_CatalogEventUse(line, at, artifact)
WHERE use.line = line AND use.at > earliest AND use.at <= latest AND use.artifact IS NOT NULL
RETURN collect([place, use.at, use.artifact, use.run]) AS uses
