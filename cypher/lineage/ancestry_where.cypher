// Count what an artifact was made from and matches a query, as `ancestry` does for all of it.
// parameters: id, any_of, lucene, cap, exact, tag_prefixes
// Candidates and the walk are as in `upstream_where`.
// include: root
// include: candidates
CALL (root, everything, candidates) {
  CALL (root) {
    MATCH way = (root)-[:DERIVED_FROM*1..]->(n)
    WITH n, min(length(way)) AS depth
    RETURN n, depth
  }
  WITH n, depth WHERE everything OR n IN candidates
  WITH collect(n) AS near, collect(depth) AS near_depths
  UNWIND range(0, size(near) - 1) AS i
  WITH near[i] AS a, near_depths[i] AS depth
  WHERE $exact AND NOT everything OR
    // include: matches
  RETURN collect(a) AS nodes, collect(depth) AS depths, collect(coalesce(a.kind, a.state)) AS kinds
}
// include: closure_counts
RETURN by_kind AS kinds, by_depth AS depths, tags
