// Return one page of what an artifact was made from at an instant, or without some artifacts, all of it or what matches a query.
// parameters: id, depth, limit, after_depth, after_id, any_of, lucene, cap, exact, registered, at, without, until
// literals: reach
// size: thirteen parameters, since an instant, artifacts to leave out and ends come on top of the ten of `upstream_where`.
// `at` is in microseconds; far in the future it is the present. No edge is walked from an end, which matches `until`. Candidates and the walk are as in `upstream_where`.
// include: root_at
// include: candidates
CALL (root, everything, candidates) {
  CALL (root) {
    MATCH way = (root)-[:DERIVED_FROM|WAS_DERIVED_FROM*1..$reach]->(n)
    WHERE all(r IN relationships(way) WHERE (
      // include: edge_at
    ) AND none(a IN [startNode(r)] WHERE a <> root AND coalesce(any(c IN $until WHERE
      // include: holds
    ), false))) AND none(passed IN nodes(way) WHERE passed.artifact_id IN $without)
    WITH n, min(length(way)) AS depth
    RETURN n, depth ORDER BY depth
  }
  WITH n, depth WHERE everything OR depth > $depth OR n IN candidates
  WITH collect(n) AS near, collect(depth) AS near_depths
  UNWIND range(0, size(near) - 1) AS i
  WITH near[i] AS a, near_depths[i] AS depth
  WITH a, depth, CASE WHEN $registered THEN
    // include: life_at
  END AS life
  WITH a, depth, depth <= $depth AND (NOT $registered OR
    // include: state_at
  = 'registered') AND ($exact AND NOT everything OR
    // include: matches
  ) AS listed
  RETURN collect(CASE WHEN listed THEN a END) AS nodes,
    collect(CASE WHEN listed THEN depth END) AS depths,
    sum(CASE WHEN listed THEN depth ELSE 0 END) AS depth_sum,
    sum(CASE WHEN depth > $depth THEN 1 ELSE 0 END) AS deeper
}
// include: lineage_page
CALL (page) {
  UNWIND page AS a
  WITH a,
    // include: life_at
    AS life
  WITH a, life,
    // include: state_at
    AS state
  RETURN collect(id(a)) AS numbers, collect(coalesce(life.card, a.card)) AS cards, collect(state) AS states
}
// include: page_edges_at
WITH *, root AS a
WITH *,
  // include: life_at
  AS life
WITH *,
  // include: state_at
  AS root_state
RETURN id(root) AS root, coalesce(life.card, root.card) AS card, root_state, total, depth_sum, deeper, start, numbers, cards, states,
  page_depths AS depths, page_children + earlier_children AS children, page_parents + earlier_parents AS parents,
  [n IN ends + starts | [id(n), n.artifact_id]] AS earlier
