// Return a page of what the full-text index finds, by the first of some attempts that fills it.
// parameters: attempts, tier, any_of, words, compact, after_seq, after_id, limit
// An attempt is a Lucene query and a `cap`: with as many hits, it is given up. One that finds all candidates (`whole`) is
// good with a page that is not full. Rows are read one by one, so an attempt costs nothing once an earlier one is good.
// Candidates are put in order first, in a subquery of their own, and looked at closely until the page is full. A `LIMIT`
// right behind that `ORDER BY` would take memory for everything that is read of each.
UNWIND $attempts AS attempt
CALL (attempt) {
  CALL db.index.fulltext.queryNodes('catalog_terms', attempt.lucene, {limit: attempt.cap}) YIELD node
  RETURN collect(node) AS nodes
}
WITH attempt, nodes WHERE size(nodes) < attempt.cap AND (attempt.whole OR size(nodes) >= $limit)
CALL (nodes) {
  CALL (nodes) {
    UNWIND nodes AS a
    WITH a WHERE $tier > 1 OR size($words) = 0 OR a.compact_name STARTS WITH $compact
    WITH a ORDER BY a.seq DESC, a.sort_id DESC
    RETURN a
  }
  WITH a, $tier AS tier
  WHERE (a.seq < $after_seq OR (a.seq = $after_seq AND a.sort_id < $after_id))
    AND tier =
    // include: tier
    AND
    // include: matches
  WITH a, tier LIMIT $limit
  RETURN collect([tier, a.seq,
    // include: fields
  ]) AS page
}
WITH attempt, page WHERE attempt.whole OR size(page) = $limit
RETURN page LIMIT 1
