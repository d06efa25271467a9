// Make each lock one node, at which the writers that need it meet.
// parameters: none
CREATE CONSTRAINT catalog_lock_name IF NOT EXISTS
FOR (lock:_CatalogLock) REQUIRE lock.name IS UNIQUE
