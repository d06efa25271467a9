// Count `nodes`, which lie at `depths` and are of `kinds`: by type and pipeline, by depth, and by the tags of some keys.
// parameters: tag_prefixes
// The kind of what is not registered is its state; it has no depth and no tags in these counts.
CALL (kinds) {
  UNWIND kinds AS kind
  WITH kind, count(*) AS artifacts
  RETURN collect([kind, artifacts]) AS by_kind
}
CALL (depths, kinds) {
  UNWIND range(0, size(depths) - 1) AS i
  WITH depths[i] AS depth, kinds[i] AS kind WHERE kind CONTAINS '\u001f'
  WITH depth, count(*) AS artifacts
  RETURN collect([depth, artifacts]) AS by_depth
}
CALL (nodes, kinds) {
  UNWIND $tag_prefixes AS prefix
  UNWIND range(0, size(nodes) - 1) AS i
  WITH prefix, nodes[i] AS n, kinds[i] AS kind WHERE kind CONTAINS '\u001f'
  UNWIND [token IN n.tag_tokens WHERE token STARTS WITH prefix] AS token
  WITH token, count(*) AS artifacts
  RETURN collect([token, artifacts]) AS tags
}
