// Return the number of known artifacts and of edges, which Neo4j keeps and need not count.
// parameters: none
CALL () { MATCH (a:Artifact) RETURN count(a) AS artifacts }
CALL () { MATCH ()-[edge:DERIVED_FROM]->() RETURN count(edge) AS edges }
RETURN artifacts, edges
