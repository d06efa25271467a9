// Take the keys from edges.
// parameters: none
MATCH ()-[edge:DERIVED_FROM]->() WHERE edge.key IS NOT NULL
CALL (edge) {
  REMOVE edge.key
} IN TRANSACTIONS OF 10000 ROWS
