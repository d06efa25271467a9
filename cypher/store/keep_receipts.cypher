// Store the answers to requests by idempotency key.
// parameters: rows, day, now
UNWIND $rows AS row
MERGE (receipt:_CatalogReceipt {day: $day, key: row.key})
SET receipt.digest = row.digest, receipt.answers = row.answers, receipt.at = $now
