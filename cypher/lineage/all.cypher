// Return artifacts in the order of their ids, behind an id and up to a limit, with their parents, in columns.
// parameters: after, limit
// Nodes are named by their internal numbers, which may be given again to others: what changes meanwhile is read anew.
MATCH (a:Artifact)
WHERE a.artifact_id > $after
WITH a ORDER BY a.artifact_id LIMIT $limit
RETURN collect(a.artifact_id) AS ids, collect(id(a)) AS numbers, collect(a.card) AS cards, collect(coalesce(a.kind, a.state)) AS kinds,
  collect([(a)-[:DERIVED_FROM]->(parent) | id(parent)]) AS parents
