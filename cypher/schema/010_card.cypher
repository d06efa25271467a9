// Give each artifact the card that a walk reads, if an earlier version wrote none.
// parameters: none
MATCH (n:Artifact) WHERE n.card IS NULL
CALL (n) {
  SET n.card = n.artifact_id + '\u001f' + coalesce(n.name, '') + '\u001f' + coalesce(n.artifact_type, '') + '\u001f'
    + coalesce(n.version, '') + '\u001f' + coalesce(n.created_at, '') + '\u001f' + n.state
} IN TRANSACTIONS OF 10000 ROWS
