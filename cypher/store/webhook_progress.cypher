// Store how far a webhook has come, unless the lease of who delivers was taken by another; return how many were stored.
// parameters: id, progress, holder, lease
CALL () {
  OPTIONAL MATCH (lease:_CatalogLock {name: $lease})
  SET lease.taken = true
  RETURN lease.holder AS present
}
WITH present
WHERE $holder IS NULL OR present = $holder
MATCH (webhook:_CatalogWebhook {id: $id})
SET webhook += $progress
WITH count(webhook) AS noted
RETURN noted
