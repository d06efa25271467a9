// Take a lease, or renew it, unless another holds it; its end is by the clock of the database. Return if it is held.
// parameters: name, holder, milliseconds
MERGE (lease:_CatalogLock {name: $name})
SET lease.taken = true
WITH lease
WHERE coalesce(lease.holder, $holder) = $holder OR lease.until <= timestamp()
SET lease.holder = $holder, lease.until = timestamp() + $milliseconds
WITH count(lease) > 0 AS taken
RETURN taken
