// Return the number of the last migration that was applied, 0 if none was.
// parameters: none
OPTIONAL MATCH (migration:_CatalogMigration)
RETURN coalesce(max(migration.number), 0) AS number
