// Return the aliases of names, and those that artifacts hold.
// parameters: sort_names, artifact_ids
CALL () {
  UNWIND $sort_names AS sort_name
  MATCH (held:_CatalogAlias {sort_name: sort_name})-[:HELD_BY]->(a:Artifact)
  USING INDEX SEEK held:_CatalogAlias(sort_name, alias)
  WHERE held.alias IS NOT NULL
  RETURN held, a
  UNION
  UNWIND $artifact_ids AS id
  MATCH (a:Artifact {artifact_id: id})<-[:HELD_BY]-(held:_CatalogAlias)
  RETURN held, a
}
RETURN collect([held.name, held.alias, a.artifact_id, held.by, held.at]) AS aliases
