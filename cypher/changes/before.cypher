// Return the number of the last transaction recorded before an instant, 0 if there was none.
// parameters: at
CALL () {
  MATCH (change:_CatalogChange)
  WHERE change.at < $at AND change.number IS NOT NULL
  RETURN change.number AS number
  ORDER BY change.at DESC, change.number DESC
  LIMIT 1
}
RETURN coalesce(max(number), 0) AS number
