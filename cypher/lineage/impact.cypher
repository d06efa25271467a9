// Counts what was made from an artifact: by type, pipeline and depth, and by the tags of some keys.
// parameters: id, tag_prefixes
MATCH (root:Artifact {artifact_id: $id})
CALL (root) {
  MATCH way = (root)<-[:DERIVED_FROM*1..]-(n)
  WITH n, min(length(way)) AS depth
  RETURN collect(n) AS nodes, collect(depth) AS depths
}
CALL (nodes, depths) {
  UNWIND range(0, size(nodes) - 1) AS i
  WITH nodes[i] AS n, depths[i] AS depth
  WITH n.artifact_type AS type, n.source_pipeline AS pipeline, depth, count(*) AS artifacts
  RETURN collect([coalesce(type, ''), coalesce(pipeline, ''), depth, artifacts]) AS groups
}
CALL (nodes) {
  UNWIND $tag_prefixes AS prefix
  UNWIND nodes AS n
  UNWIND [token IN n.tag_tokens WHERE token STARTS WITH prefix] AS token
  WITH token, count(*) AS artifacts
  RETURN collect([token, artifacts]) AS tags
}
RETURN groups, tags
