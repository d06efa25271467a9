// Drop the constraint of the keys that edges had: the lock of a child keeps them unique.
// parameters: none
DROP CONSTRAINT catalog_edge_key IF EXISTS
