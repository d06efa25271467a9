// Return the ids of the transactions that now write to the catalog.
// parameters: database
SHOW TRANSACTIONS YIELD transactionId, database, metaData
WHERE database = $database AND metaData.catalog = 'write'
RETURN collect(transactionId) AS ids
