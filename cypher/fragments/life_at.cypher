// Return the earlier life of the artifact `a` that an instant belongs to, or precedes; null if it is the present one.
// parameters: at
head(COLLECT {
  MATCH (a)-[:LIVED]->(past:_CatalogLife)
  WHERE past.revived > $at
  RETURN past ORDER BY past.revived LIMIT 1
})
