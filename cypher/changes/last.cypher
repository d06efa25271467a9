// Return the number and the ticket of the last recorded transaction; none if nothing is recorded.
// parameters: none
MATCH (lock:_CatalogLock {name: 'changes'})
MATCH (change:_CatalogChange {number: lock.last})
RETURN change.number AS number, change.ticket AS ticket
