// Count what an artifact was made from: by type and pipeline, by depth, and by the tags of some keys.
// parameters: id, tag_prefixes
// `kind` is type and pipeline in one property: reading one property of every artifact takes as long as the walk. What is not
// registered has none: if there is any, it is counted by its state, and taken off the depths. Nodes are collected by depth, so that
// depths are counted on the way.
// include: root
CALL (root) {
  MATCH way = (root)-[:DERIVED_FROM*1..]->(n)
  WITH n, min(length(way)) AS depth
  WITH depth, collect(n) AS nodes
  RETURN collect(nodes) AS levels, collect([depth, size(nodes)]) AS sizes
}
CALL (levels) {
  UNWIND levels AS nodes
  UNWIND nodes AS n
  WITH coalesce(n.kind, '') AS kind, count(*) AS artifacts
  RETURN collect([kind, artifacts]) AS kinds
}
WITH levels, sizes, [kind IN kinds WHERE kind[0] <> ''] AS kinds, none(kind IN kinds WHERE kind[0] = '') AS registered
CALL (levels, registered) {
  UNWIND CASE WHEN registered THEN [] ELSE levels END AS nodes
  UNWIND nodes AS n
  WITH n WHERE n.kind IS NULL
  WITH n.state AS state, count(*) AS artifacts
  RETURN collect([state, artifacts]) AS gone
}
CALL (levels, sizes, registered) {
  UNWIND range(0, size(levels) - 1) AS i
  WITH sizes[i][0] AS depth,
    CASE WHEN registered THEN sizes[i][1] ELSE size([n IN levels[i] WHERE n.kind IS NOT NULL]) END AS artifacts
  WHERE artifacts > 0
  RETURN collect([depth, artifacts]) AS depths
}
CALL (levels) {
  UNWIND $tag_prefixes AS prefix
  UNWIND levels AS nodes
  UNWIND nodes AS n
  UNWIND [token IN n.tag_tokens WHERE token STARTS WITH prefix] AS token
  WITH token, count(*) AS artifacts
  RETURN collect([token, artifacts]) AS tags
}
RETURN kinds + gone AS kinds, depths, tags
