// Return one page of what was made from an artifact, nearest first, in columns.
// parameters: id, depth, limit, after_depth, after_id, known
// literals: reach
// The first walk ends with the level on which the page does. The second, which counts, is left out if the page holds
// everything: the first one, not full, of a walk that no depth bounds (which 2^62 stands for).
// include: root
CALL (root) {
  MATCH way = (root)<-[:DERIVED_FROM*1..$reach]-(n)
  WITH n, min(length(way)) AS depth
  WHERE depth <= $depth AND (depth > $after_depth OR (depth = $after_depth AND n.sort_id > $after_id))
  WITH n, depth ORDER BY depth, n.sort_id LIMIT $limit
  RETURN collect(n) AS page, collect(depth) AS depths
}
WITH root, page, depths,
  $after_depth > 0 OR NOT $known AND ($depth < 4611686018427387904 OR size(page) = $limit) AS counted
CALL (root, counted) {
  UNWIND CASE WHEN counted THEN [1] ELSE [] END AS once
  CALL (root) {
    MATCH way = (root)<-[:DERIVED_FROM*1..$reach]-(n)
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
WITH root, page, depths, counted, total, depth_sum, deeper, size(before) AS start, [root] + before AS earlier
CALL (page) {
  UNWIND page AS n
  RETURN collect(id(n)) AS numbers, collect(n.card) AS cards
}
// include: page_edges
RETURN id(root) AS root, root.card AS card, counted, total, depth_sum, deeper, start, numbers, cards, depths,
  page_children + earlier_children AS children, page_parents + earlier_parents AS parents,
  [n IN ends + starts | [id(n), n.artifact_id]] AS earlier
