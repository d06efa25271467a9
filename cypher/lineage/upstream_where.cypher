// Return one page of what an artifact was made from and matches a query, nearest first, in columns.
// parameters: id, depth, limit, after_depth, after_id, any_of, lucene, cap, exact, registered
// literals: reach
// The query chooses what is listed; the walk passes through the rest. Only candidates are looked at closely, and not even
// they if they are `exact`: just what the query chooses. The walk stands by itself, for the candidates in its groups would
// take memory for each of them. It comes nearest first, and so does what is chosen of it.
// include: root
// include: candidates
CALL (root, everything, candidates) {
  CALL (root) {
    MATCH way = (root)-[:DERIVED_FROM*1..$reach]->(n)
    WITH n, min(length(way)) AS depth
    RETURN n, depth ORDER BY depth
  }
  WITH n, depth WHERE everything OR depth > $depth OR n IN candidates
  WITH collect(n) AS near, collect(depth) AS near_depths
  UNWIND range(0, size(near) - 1) AS i
  WITH near[i] AS a, near_depths[i] AS depth
  WITH a, depth, depth <= $depth AND (NOT $registered OR a.state = 'registered') AND ($exact AND NOT everything OR
    // include: matches
  ) AS listed
  RETURN collect(CASE WHEN listed THEN a END) AS nodes,
    collect(CASE WHEN listed THEN depth END) AS depths,
    sum(CASE WHEN listed THEN depth ELSE 0 END) AS depth_sum,
    sum(CASE WHEN depth > $depth THEN 1 ELSE 0 END) AS deeper
}
// include: lineage_page
CALL (page) {
  UNWIND page AS n
  RETURN collect(id(n)) AS numbers, collect(n.card) AS cards
}
// include: page_edges
RETURN id(root) AS root, root.card AS card, total, depth_sum, deeper, start, numbers, cards, page_depths AS depths,
  page_children + earlier_children AS children, page_parents + earlier_parents AS parents,
  [n IN ends + starts | [id(n), n.artifact_id]] AS earlier
