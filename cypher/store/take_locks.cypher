// Take locks by name, in the given order, until the transaction ends.
// parameters: names
UNWIND $names AS name
MERGE (lock:_CatalogLock {name: name})
SET lock.taken = true
