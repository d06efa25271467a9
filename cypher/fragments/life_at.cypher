// Return the earlier life of the artifact `a` that an instant belongs to, or precedes; null if it is the present one.
// parameters: at
head(COLLECT {
  MATCH (a)-[:LIVED]->(earlier:_CatalogLife)
  WHERE earlier.revived > $at
  RETURN earlier ORDER BY earlier.revived LIMIT 1
})
