// Match the recorded transactions with numbers from and to, of some kinds and of a caller.
// parameters: low, high, kinds, caller
MATCH (change:_CatalogChange)
WHERE $low <= change.number <= $high
  AND ($kinds IS NULL OR any(kind IN change.kinds WHERE kind IN $kinds))
  AND ($caller IS NULL OR $caller IN change.callers)
