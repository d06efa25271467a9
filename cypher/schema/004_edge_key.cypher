// Allow one edge at most between a child and a parent.
// parameters: none
CREATE CONSTRAINT catalog_edge_key IF NOT EXISTS
FOR ()-[edge:DERIVED_FROM]-() REQUIRE edge.key IS UNIQUE
