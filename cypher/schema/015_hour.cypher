// Give each registered artifact a term for its hour of creation, by which the full-text index finds the newest.
// parameters: none
MATCH (a:Artifact)
WHERE a.seq IS NOT NULL AND none(term IN a.terms WHERE term STARTS WITH 'c\u001f')
CALL (a) {
  SET a.terms = a.terms + ('c\u001f' + right('0000000' + toString((a.seq + 62135683200000000) / 3600000000), 8))
} IN TRANSACTIONS OF 10000 ROWS
