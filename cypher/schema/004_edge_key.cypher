// A child and a parent have one edge between them at most.
// parameters: none
CREATE CONSTRAINT catalog_edge_key IF NOT EXISTS
FOR ()-[edge:DERIVED_FROM]-() REQUIRE edge.key IS UNIQUE
