// Lock all moves of aliases until the transaction ends; return the holder of one alias and the holder's other aliases.
// parameters: sort_name, alias
MERGE (lock:_CatalogLock {name: 'aliases'})
SET lock.taken = true
WITH lock
OPTIONAL MATCH (held:_CatalogAlias {sort_name: $sort_name, alias: $alias})-[:HELD_BY]->(a:Artifact)
RETURN collect(
  [a.artifact_id, [(a)<-[:HELD_BY]-(other:_CatalogAlias) WHERE other <> held | other.alias]]
) AS holders
