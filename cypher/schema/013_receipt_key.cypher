// A request that is sent again is known by its key; receipts are filed by the day, so that old ones are found.
// parameters: none
CREATE CONSTRAINT catalog_receipt_key IF NOT EXISTS
FOR (receipt:_CatalogReceipt) REQUIRE (receipt.day, receipt.key) IS UNIQUE
