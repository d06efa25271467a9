// Return a page of aliases by name and alias: all, or those of one name.
// parameters: sort_name, alias, after_name, after_alias, limit
MATCH (held:_CatalogAlias)
WHERE held.sort_name >= $after_name AND held.alias IS NOT NULL
  AND ($sort_name IS NULL OR held.sort_name = $sort_name)
  AND ($alias IS NULL OR held.alias = $alias)
  AND NOT (held.sort_name = $after_name AND held.alias <= $after_alias)
WITH held ORDER BY held.sort_name, held.alias LIMIT $limit
MATCH (held)-[:HELD_BY]->(a)
WITH held, a ORDER BY held.sort_name, held.alias
RETURN collect([held.name, held.alias, a.artifact_id, held.by, held.at]) AS aliases
