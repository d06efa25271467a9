// Add uses to the index of what runs read and made.
// parameters: uses
UNWIND $uses AS row
CREATE (:_CatalogEventUse {line: row[0], at: row[1], artifact: row[2], run: row[3]})
