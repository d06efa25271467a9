// A lock is one node: writers that need it meet there.
// parameters: none
CREATE CONSTRAINT catalog_lock_name IF NOT EXISTS
FOR (lock:_CatalogLock) REQUIRE lock.name IS UNIQUE
