// Counts what was made from an artifact: by type and pipeline, by depth, and by the tags of some keys.
// parameters: id, tag_prefixes
// `kind` is type and pipeline in one property: each that is read of every artifact takes as long as the walk.
MATCH (root:Artifact {artifact_id: $id})
CALL (root) {
  MATCH way = (root)<-[:DERIVED_FROM*1..]-(n)
  WITH n, min(length(way)) AS depth
  RETURN collect(n) AS nodes, collect(depth) AS depths
}
CALL (nodes) {
  UNWIND nodes AS n
  WITH coalesce(n.kind, '\u001f') AS kind, count(*) AS artifacts
  RETURN collect([kind, artifacts]) AS kinds
}
CALL (depths) {
  UNWIND depths AS depth
  WITH depth, count(*) AS artifacts
  RETURN collect([depth, artifacts]) AS by_depth
}
CALL (nodes) {
  UNWIND $tag_prefixes AS prefix
  UNWIND nodes AS n
  UNWIND [token IN n.tag_tokens WHERE token STARTS WITH prefix] AS token
  WITH token, count(*) AS artifacts
  RETURN collect([token, artifacts]) AS tags
}
RETURN kinds, by_depth AS depths, tags
