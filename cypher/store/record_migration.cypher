// Record that a migration was applied; from then on, earlier versions are refused changes.
// parameters: number, name, now
MERGE (migration:_CatalogMigration {number: $number})
ON CREATE SET migration.name = $name, migration.applied_at = $now
MERGE (lock:_CatalogLock {name: 'schema'})
SET lock.number = $number
