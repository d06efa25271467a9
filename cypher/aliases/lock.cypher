// Lets nobody else move an alias until the transaction ends, and tells who holds this one and what else they carry.
// parameters: sort_name, alias
MERGE (lock:_CatalogLock {name: 'aliases'})
SET lock.taken = true
WITH lock
OPTIONAL MATCH (held:_CatalogAlias {sort_name: $sort_name, alias: $alias})-[:HELD_BY]->(a:Artifact)
RETURN collect(
  [a.artifact_id, [(a)<-[:HELD_BY]-(other:_CatalogAlias) WHERE other <> held | other.alias]]
) AS holders
