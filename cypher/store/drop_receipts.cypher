// Drops receipts that were filed before a day, so many at most.
// parameters: day, limit
MATCH (receipt:_CatalogReceipt)
WHERE receipt.day < $day AND receipt.key IS NOT NULL
WITH receipt LIMIT $limit
DELETE receipt
RETURN count(*) AS dropped
