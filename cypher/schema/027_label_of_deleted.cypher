// Give deleted artifacts the label of their type, which earlier versions took away.
// parameters: none
MATCH (a:Artifact) WHERE a.state = 'deleted' AND a.artifact_type <> '' AND size(labels(a)) = 1
CALL (a) {
  WITH a, a.artifact_type = 'Artifact' OR a.artifact_type STARTS WITH '_Catalog' OR a.artifact_type STARTS WITH 'Type ' AS reserved
  SET a:$([CASE WHEN reserved THEN 'Type ' + a.artifact_type ELSE a.artifact_type END])
} IN TRANSACTIONS OF 10000 ROWS
