// Walks from an artifact to what was made from it, nearest first, and answers one page in columns.
// parameters: id, depth, limit, after_depth, after_id
// literals: reach
// Edges are pairs of the nodes' internal numbers, good for this answer alone: those of a later page may end on
// artifacts of earlier ones, which are named apart.
MATCH (root:Artifact {artifact_id: $id})
CALL (root) {
  MATCH way = (root)<-[:DERIVED_FROM*1..$reach]-(n)
  WITH n, min(length(way)) AS depth
  ORDER BY depth, n.sort_id
  RETURN collect(n) AS nodes, sum(CASE WHEN depth > $depth THEN 1 ELSE 0 END) AS deeper,
    sum(CASE WHEN depth <= $depth THEN 1 ELSE 0 END) AS total,
    sum(CASE WHEN depth <= $depth THEN depth ELSE 0 END) AS depth_sum,
    collect(depth) AS depths,
    sum(CASE WHEN depth < $after_depth OR (depth = $after_depth AND n.sort_id <= $after_id) THEN 1 ELSE 0 END)
      AS start
}
WITH root, deeper, total, depth_sum, start, nodes, depths, CASE WHEN start + $limit < total THEN start + $limit ELSE total END AS stop
WITH root, deeper, total, depth_sum, start, [root] + nodes[..start] AS earlier, nodes[start..stop] AS page, depths[start..stop] AS page_depths
CALL (page) {
  UNWIND page AS n
  RETURN collect(id(n)) AS numbers, collect(n.artifact_id) AS ids, collect(coalesce(n.name, '')) AS names,
    collect(coalesce(n.artifact_type, '')) AS types, collect(coalesce(n.version, '')) AS versions,
    collect(coalesce(n.created_at, '')) AS instants, collect(n.state) AS states
}
CALL (start, earlier, page, numbers) {
  WITH start, page, numbers + [n IN earlier | id(n)] AS listed
  UNWIND page AS child
  MATCH (child)-[:DERIVED_FROM]->(parent)
  WHERE start = 0 OR id(parent) IN listed
  RETURN collect(id(child)) AS page_children, collect(id(parent)) AS page_parents,
    collect(DISTINCT CASE WHEN start > 0 AND NOT id(parent) IN numbers THEN parent END) AS ends
}
CALL (earlier, numbers) {
  UNWIND earlier AS child
  MATCH (child)-[:DERIVED_FROM]->(parent)
  WHERE id(parent) IN numbers
  RETURN collect(id(child)) AS earlier_children, collect(id(parent)) AS earlier_parents,
    collect(DISTINCT child) AS starts
}
RETURN id(root) AS root, [
    root.artifact_id, coalesce(root.name, ''), coalesce(root.artifact_type, ''), root.version,
    coalesce(root.created_at, ''), 0, root.state
  ] AS card, deeper, total, depth_sum, start,
  numbers, ids, names, types, versions, instants, page_depths AS depths, states,
  page_children + earlier_children AS children, page_parents + earlier_parents AS parents,
  [n IN ends + starts | [id(n), n.artifact_id]] AS earlier
