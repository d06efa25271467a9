// Return the highest whole number that a version of each name has had.
// parameters: none
MATCH (counter:_CatalogVersion)
WHERE counter.last > 0
RETURN [counter.name, counter.last] AS version ORDER BY counter.name
