// Count what an artifact was made from at an instant, or without some artifacts, all of it or what matches a query.
// parameters: id, any_of, lucene, cap, exact, tag_prefixes, at, without, until
// Candidates and the walk are as in `upstream_as_of`.
// include: root_at
// include: candidates
CALL (root, everything, candidates) {
  CALL (root) {
    MATCH way = (root)-[:DERIVED_FROM|WAS_DERIVED_FROM*1..]->(n)
    WHERE all(r IN relationships(way) WHERE (
      // include: edge_at
    ) AND none(a IN [startNode(r)] WHERE a <> root AND coalesce(any(c IN $until WHERE
      // include: holds
    ), false))) AND none(passed IN nodes(way) WHERE passed.artifact_id IN $without)
    WITH n, min(length(way)) AS depth
    RETURN n, depth
  }
  WITH n, depth WHERE everything OR n IN candidates
  WITH collect(n) AS near, collect(depth) AS near_depths
  UNWIND range(0, size(near) - 1) AS i
  WITH near[i] AS a, near_depths[i] AS depth
  WHERE $exact AND NOT everything OR
    // include: matches
  WITH a, depth,
    // include: life_at
    AS life
  WITH a, depth, life,
    // include: state_at
    AS state
  RETURN collect(a) AS nodes, collect(depth) AS depths, collect(CASE state
    WHEN 'registered' THEN coalesce(split(life.card, '\u001f')[2], a.artifact_type, '') + '\u001f' + coalesce(a.source_pipeline, '')
    ELSE state
  END) AS kinds
}
// include: closure_counts
RETURN by_kind AS kinds, by_depth AS depths, tags
