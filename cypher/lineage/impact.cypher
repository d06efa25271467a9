// Counts what was made from an artifact: by type, pipeline and depth, and by the tags of some keys.
// parameters: id, tag_prefixes
// `kind` is type and pipeline in one property: each that is read of every artifact takes as long as half of the walk.
MATCH (root:Artifact {artifact_id: $id})
CALL (root) {
  MATCH way = (root)<-[:DERIVED_FROM*1..]-(n)
  WITH n, min(length(way)) AS depth
  WITH n.kind AS kind, depth, count(*) AS artifacts
  WITH split(coalesce(kind, '\u001f'), '\u001f') AS kind, depth, artifacts
  RETURN collect([kind[0], kind[1], depth, artifacts]) AS groups
}
CALL (root) {
  UNWIND CASE size($tag_prefixes) WHEN 0 THEN [] ELSE [1] END AS once
  CALL (root) {
    MATCH way = (root)<-[:DERIVED_FROM*1..]-(n)
    WITH n, min(length(way)) AS depth
    RETURN n
  }
  UNWIND $tag_prefixes AS prefix
  UNWIND [token IN n.tag_tokens WHERE token STARTS WITH prefix] AS token
  WITH token, count(*) AS artifacts
  RETURN collect([token, artifacts]) AS tags
}
RETURN groups, tags
