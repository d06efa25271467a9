// Replace what is recorded of transactions.
// parameters: rows
UNWIND $rows AS row
MATCH (change:_CatalogChange {number: row[0]})
SET change.body = row[1]
