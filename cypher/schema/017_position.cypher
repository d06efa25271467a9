// Give each artifact its place in the transaction that registered it; whole numbers were given in that order.
// parameters: none
MATCH (a:Artifact) WHERE a.position IS NULL AND a.recorded_at IS NOT NULL
CALL (a) {
  SET a.position = CASE WHEN a.version =~ 'v?[0-9]{1,15}' THEN toInteger(replace(a.version, 'v', '')) ELSE 0 END
} IN TRANSACTIONS OF 10000 ROWS
