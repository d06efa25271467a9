// Walks from an artifact to what it was made from, nearest first, and answers one page in columns.
// parameters: id, depth, limit, after_depth, after_id, known
// literals: reach
// The first walk ends with the level on which the page does. The second, which counts, is left out where the page tells
// all: the first one, not full, of a walk that no depth bounds (which 2^62 stands for).
// Edges are pairs of the nodes' internal numbers, good for this answer alone: those of a later page may end on
// artifacts of earlier ones, which are named apart.
MATCH (root:Artifact {artifact_id: $id})
CALL (root) {
  MATCH way = (root)-[:DERIVED_FROM*1..$reach]->(n)
  WITH n, min(length(way)) AS depth
  WHERE depth <= $depth AND (depth > $after_depth OR (depth = $after_depth AND n.sort_id > $after_id))
  WITH n, depth ORDER BY depth, n.sort_id LIMIT $limit
  RETURN collect(n) AS page, collect(depth) AS depths
}
WITH root, page, depths, $after_depth > 0 AS later,
  $after_depth > 0 OR NOT $known AND ($depth < 4611686018427387904 OR size(page) = $limit) AS counted
CALL (root, counted) {
  UNWIND CASE WHEN counted THEN [1] ELSE [] END AS once
  CALL (root) {
    MATCH way = (root)-[:DERIVED_FROM*1..$reach]->(n)
    WITH n, min(length(way)) AS depth
    RETURN sum(CASE WHEN depth <= $depth THEN 1 ELSE 0 END) AS total,
      sum(CASE WHEN depth <= $depth THEN depth ELSE 0 END) AS depth_sum,
      sum(CASE WHEN depth > $depth THEN 1 ELSE 0 END) AS deeper,
      collect(CASE
        WHEN $after_depth > 0 AND (depth < $after_depth OR (depth = $after_depth AND n.sort_id <= $after_id)) THEN n
      END) AS before
  }
  RETURN sum(total) AS total, sum(depth_sum) AS depth_sum, sum(deeper) AS deeper, coalesce(head(collect(before)), []) AS before
}
WITH root, page, depths, later, counted, total, depth_sum, deeper, size(before) AS start, [root] + before AS earlier
CALL (page) {
  UNWIND page AS n
  RETURN collect(id(n)) AS numbers, collect(n.card) AS cards
}
CALL (later, earlier, page, numbers) {
  WITH later, page, numbers, CASE WHEN later THEN numbers + [n IN earlier | id(n)] ELSE [] END AS listed
  UNWIND page AS child
  MATCH (child)-[:DERIVED_FROM]->(parent)
  WHERE NOT later OR id(parent) IN listed
  RETURN collect(id(child)) AS page_children, collect(id(parent)) AS page_parents,
    collect(DISTINCT CASE WHEN later AND NOT id(parent) IN numbers THEN parent END) AS ends
}
CALL (earlier, numbers) {
  UNWIND earlier AS child
  MATCH (child)-[:DERIVED_FROM]->(parent)
  WHERE id(parent) IN numbers
  RETURN collect(id(child)) AS earlier_children, collect(id(parent)) AS earlier_parents,
    collect(DISTINCT child) AS starts
}
RETURN id(root) AS root, root.card AS card, counted, total, depth_sum, deeper, start, numbers, cards, depths,
  page_children + earlier_children AS children, page_parents + earlier_parents AS parents,
  [n IN ends + starts | [id(n), n.artifact_id]] AS earlier
