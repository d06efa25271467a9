// Record that a migration was applied.
// parameters: number, name, now
MERGE (migration:_CatalogMigration {number: $number})
ON CREATE SET migration.name = $name, migration.applied_at = $now
