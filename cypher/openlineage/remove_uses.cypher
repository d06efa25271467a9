// Remove uses from the index of what runs read and made.
// parameters: uses
UNWIND $uses AS row
MATCH (use:_CatalogEventUse {line: row[0], at: row[1], artifact: row[2]})
WHERE use.run = row[3]
DELETE use
