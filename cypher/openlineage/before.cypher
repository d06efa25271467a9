// Return the last use of each line before an instant.
// parameters: probes
UNWIND range(0, size($probes) - 1) AS place
WITH place, $probes[place][0] AS line, $probes[place][1] AS instant
CALL (line, instant) {
  MATCH (use:_CatalogEventUse)
  WHERE use.line = line AND use.at < instant AND use.artifact IS NOT NULL
  RETURN use
  ORDER BY use.line DESC, use.at DESC, use.artifact DESC
  LIMIT 1
}
RETURN collect([place, use.at, use.artifact, use.run]) AS uses
