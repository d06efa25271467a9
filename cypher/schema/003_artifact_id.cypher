// Make each artifact one node, however many writers register it at once.
// parameters: none
CREATE CONSTRAINT catalog_artifact_id IF NOT EXISTS
FOR (a:Artifact) REQUIRE a.artifact_id IS UNIQUE
