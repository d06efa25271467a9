// Store what events say of runs and datasets, in place of what is stored of the same keys.
// parameters: documents
UNWIND $documents AS row
MERGE (document:_CatalogEventDocument {key: row[0]})
SET document.body = row[1]
