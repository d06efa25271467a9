// Read the recorded transactions that changed an artifact, with numbers from and to, in order or the last first.
// parameters: id, low, high, newest, limit
MATCH (a:Artifact {artifact_id: $id})
CALL (a) {
  UNWIND a.changes AS ticket
  RETURN ticket
  UNION ALL
  MATCH (earlier:_CatalogEarlier {artifact_id: $id})
  UNWIND earlier.tickets AS ticket
  RETURN ticket
}
MATCH (change:_CatalogChange {ticket: ticket})
WHERE $low <= change.number <= $high
WITH change
ORDER BY CASE WHEN $newest THEN -change.number ELSE change.number END
LIMIT $limit
RETURN collect([change.number, change.at, change.body]) AS records
