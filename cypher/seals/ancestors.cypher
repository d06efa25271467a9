// Return an artifact and everything that it was made from, each with its number and those of its direct parents.
// parameters: id
// Rows are returned as the walk finds them, with cards of what is not registered alone.
// include: root
MATCH (root)-[:DERIVED_FROM*0..]->(n)
WITH DISTINCT n
RETURN id(n) AS number, n.artifact_id AS artifact_id, CASE WHEN n.state <> 'registered' THEN n.card END AS card,
  [(n)-[:DERIVED_FROM]->(parent) | id(parent)] AS parents
