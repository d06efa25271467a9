// Return all aliases that are set.
// parameters: none
MATCH (held:_CatalogAlias)-[:HELD_BY]->(a:Artifact)
RETURN [held.name, held.alias, a.artifact_id, held.by, held.at] AS alias ORDER BY held.sort_name, held.alias
