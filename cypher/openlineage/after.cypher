// Return the first use of each line after an instant.
// parameters: probes
UNWIND range(0, size($probes) - 1) AS place
WITH place, $probes[place][0] AS line, $probes[place][1] AS instant
CALL (line, instant) {
  MATCH (use:_CatalogEventUse)
  WHERE use.line = line AND use.at > instant AND use.artifact IS NOT NULL
  RETURN use
  ORDER BY use.line, use.at, use.artifact
  LIMIT 1
}
RETURN collect([place, use.at, use.artifact, use.run]) AS uses
