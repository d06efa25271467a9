// List the edges of the present graph whose later end is on `page`, and which end on it, on the root or on `earlier` pages.
// parameters: none
// Edges are pairs of the nodes' internal numbers, good for this answer alone: those of a later page may end on
// artifacts of earlier ones, which are named apart.
CALL (start, earlier, page, numbers) {
  WITH start, page, numbers, CASE WHEN start > 0 THEN numbers + [n IN earlier | id(n)] ELSE [] END AS listed
  UNWIND page AS child
  MATCH (child)-[:DERIVED_FROM]->(parent)
  WHERE start = 0 OR id(parent) IN listed
  RETURN collect(id(child)) AS page_children, collect(id(parent)) AS page_parents,
    collect(DISTINCT CASE WHEN start > 0 AND NOT id(parent) IN numbers THEN parent END) AS ends
}
CALL (earlier, numbers) {
  UNWIND earlier AS child
  MATCH (child)-[:DERIVED_FROM]->(parent)
  WHERE id(parent) IN numbers
  RETURN collect(id(child)) AS earlier_children, collect(id(parent)) AS earlier_parents,
    collect(DISTINCT child) AS starts
}
