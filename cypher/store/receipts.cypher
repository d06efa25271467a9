// Return the answers stored under idempotency keys on some days, since an instant.
// parameters: keys, days, since
UNWIND $days AS day
UNWIND $keys AS key
MATCH (receipt:_CatalogReceipt {day: day, key: key})
WHERE receipt.at > $since
RETURN collect([receipt.key, receipt.digest, receipt.answers]) AS receipts
