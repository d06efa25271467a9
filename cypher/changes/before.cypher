// Return the number of the last transaction recorded before an instant, 0 if there was none.
// parameters: at
OPTIONAL MATCH (change:_CatalogChange)
WHERE change.at < $at
WITH change ORDER BY change.at DESC, change.number DESC LIMIT 1
RETURN coalesce(change.number, 0) AS number
