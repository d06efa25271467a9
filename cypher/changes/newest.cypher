// Read recorded transactions, the last first.
// parameters: low, high, kinds, caller, limit
// include: recorded
WITH change ORDER BY change.number DESC LIMIT $limit
RETURN collect([change.number, change.at, change.body]) AS records
