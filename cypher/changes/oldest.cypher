// Read recorded transactions in order.
// parameters: low, high, kinds, caller, limit
// include: recorded
WITH change ORDER BY change.number LIMIT $limit
RETURN collect([change.number, change.at, change.body]) AS records
