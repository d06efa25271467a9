// Return the latest artifact of each of these names that has one, and the artifacts of the name whose alias has moved on.
// parameters: names
// A name is its compact form, itself, and its form in the order of ids. The latest is found as `artifacts/latest` does.
UNWIND $names AS name
CALL (name) {
  MATCH (last:Artifact)
  USING INDEX SEEK last:Artifact(compact_name, recorded_at, position)
  WHERE last.compact_name = name[0] AND last.recorded_at IS NOT NULL AND last.position IS NOT NULL AND last.name = name[1]
  RETURN last ORDER BY last.compact_name DESC, last.recorded_at DESC, last.position DESC, last.sort_id DESC LIMIT 1
}
CALL (name, last) {
  WITH name, last WHERE last.version_number IS NOT NULL
  MATCH (a:Artifact)
  USING INDEX SEEK a:Artifact(compact_name, version_number, recorded_at, position)
  WHERE a.compact_name = name[0] AND a.version_number IS NOT NULL AND a.recorded_at IS NOT NULL
    AND a.position IS NOT NULL AND a.name = name[1]
  WITH a ORDER BY a.compact_name DESC, a.version_number DESC, a.recorded_at DESC, a.position DESC, a.sort_id DESC
  LIMIT 1
  RETURN collect(a.card) AS highest
}
CALL (name) {
  MATCH (move:_CatalogAliasMove)
  USING INDEX SEEK move:_CatalogAliasMove(name, number)
  WHERE move.name = name[1] AND move.number IS NOT NULL AND move.before IS NOT NULL
  MATCH (:_CatalogAlias {sort_name: name[2], alias: move.alias})-[:HELD_BY]->(holder)
  WHERE holder.artifact_id <> move.before
  RETURN collect(DISTINCT [move.before, move.alias, holder.card]) AS moved
}
RETURN collect([name[1], coalesce(highest[0], last.card), last.version_number IS NOT NULL, moved]) AS newest
