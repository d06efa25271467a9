// Return a page of the aliases of an artifact, by name and alias.
// parameters: artifact_id, sort_name, alias, after_name, after_alias, limit
MATCH (a:Artifact {artifact_id: $artifact_id})<-[:HELD_BY]-(held:_CatalogAlias)
WHERE ($sort_name IS NULL OR held.sort_name = $sort_name) AND ($alias IS NULL OR held.alias = $alias)
  AND (held.sort_name > $after_name OR (held.sort_name = $after_name AND held.alias > $after_alias))
WITH held, a ORDER BY held.sort_name, held.alias LIMIT $limit
RETURN collect([held.name, held.alias, a.artifact_id, held.by, held.at]) AS aliases
