// Keep parts of seals.
// parameters: rows
UNWIND $rows AS row
CREATE (seal:_CatalogSeal)
SET seal = row
