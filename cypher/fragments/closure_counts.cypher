// Count `nodes`, which lie at `depths`: by type and pipeline, by depth, and by the tags of some keys.
// parameters: tag_prefixes
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
