// Count what was made from an artifact: by type and pipeline, by depth, and by the tags of some keys.
// parameters: id, tag_prefixes
// `kind` is type and pipeline in one property: reading one property of every artifact takes as long as the walk. Nodes
// are collected by depth, so that depths are counted on the way.
// include: root
CALL (root) {
  MATCH way = (root)<-[:DERIVED_FROM*1..]-(n)
  WITH n, min(length(way)) AS depth
  WITH depth, collect(n) AS nodes
  RETURN collect(nodes) AS levels, collect([depth, size(nodes)]) AS depths
}
CALL (levels) {
  UNWIND levels AS nodes
  UNWIND nodes AS n
  WITH coalesce(n.kind, '\u001f') AS kind, count(*) AS artifacts
  RETURN collect([kind, artifacts]) AS kinds
}
CALL (levels) {
  UNWIND $tag_prefixes AS prefix
  UNWIND levels AS nodes
  UNWIND nodes AS n
  UNWIND [token IN n.tag_tokens WHERE token STARTS WITH prefix] AS token
  WITH token, count(*) AS artifacts
  RETURN collect([token, artifacts]) AS tags
}
RETURN kinds, depths, tags
