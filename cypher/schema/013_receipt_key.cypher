// Index receipts by day and key: a repeated request is found by its key, an expired receipt by its day.
// parameters: none
CREATE CONSTRAINT catalog_receipt_key IF NOT EXISTS
FOR (receipt:_CatalogReceipt) REQUIRE (receipt.day, receipt.key) IS UNIQUE
