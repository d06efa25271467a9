// Return what events have said of runs and datasets, by keys.
// parameters: keys
UNWIND $keys AS key
MATCH (document:_CatalogEventDocument {key: key})
RETURN collect([key, document.body]) AS documents
