// Delete receipts filed before a day, up to a limit; return their number.
// parameters: day, limit
MATCH (receipt:_CatalogReceipt)
WHERE receipt.day < $day AND receipt.key IS NOT NULL
WITH receipt LIMIT $limit
DELETE receipt
RETURN count(*) AS dropped
