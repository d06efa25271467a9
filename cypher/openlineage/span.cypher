// Return the uses of each line after an instant and up to another one.
// parameters: spans
UNWIND range(0, size($spans) - 1) AS place
WITH place, $spans[place] AS span
MATCH (use:_CatalogEventUse)
WHERE use.line = span[0] AND use.at > span[1] AND use.at <= span[2]
RETURN collect([place, use.at, use.artifact, use.run]) AS uses
