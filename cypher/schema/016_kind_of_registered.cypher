// Take the kind, by which a closure is counted, from artifacts that are not registered.
// parameters: none
MATCH (n:Artifact) WHERE n.state <> 'registered' AND n.kind IS NOT NULL
CALL (n) {
  REMOVE n.kind
} IN TRANSACTIONS OF 10000 ROWS
