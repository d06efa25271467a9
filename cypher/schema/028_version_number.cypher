// Give each registered artifact the number of its version, if that is a whole number such as `3` or `v3`.
// parameters: none
MATCH (a:Artifact) WHERE a.version_number IS NULL AND a.state = 'registered' AND a.version =~ 'v?[0-9]{1,15}'
CALL (a) {
  SET a.version_number = toInteger(replace(a.version, 'v', ''))
} IN TRANSACTIONS OF 10000 ROWS
