// Return the ticket of a recorded transaction, and the transactions recorded behind it, in order and up to a limit.
// parameters: number, limit
OPTIONAL MATCH (known:_CatalogChange {number: $number})
OPTIONAL MATCH (change:_CatalogChange)
WHERE change.number > $number
WITH known, change ORDER BY change.number LIMIT $limit
RETURN known.ticket AS ticket,
  collect(CASE WHEN change IS NOT NULL THEN [change.number, change.ticket, change.body] END) AS records
