// Read all candidates; count the values of some fields and tags in the newest that match.
// parameters: sources, any_of, limit, most, fields, tag_prefixes
// Candidates are looked at as in `page_sorted`.
UNWIND $sources AS source
CALL (source) {
  // include: source
  WITH a
  WHERE
    // include: matches
  RETURN a
}
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $limit * size($sources)
WITH DISTINCT a
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $limit
WITH collect(a) AS newest
// include: value_counts
RETURN size(newest) AS matches, counts
