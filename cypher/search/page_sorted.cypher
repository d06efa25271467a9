// Read all candidates; return the newest of those that match.
// parameters: sources, tier, any_of, words, compact, after_seq, after_id, limit
// Candidates are looked at inside a subquery, for else all of them are sorted first, each with the properties that were
// read of it, which takes gigabytes. Each source gives an artifact once: so many pages as there are sources hold one page
// of different ones.
UNWIND $sources AS source
CALL (source) {
  // include: source
  WITH a
  WHERE (a.seq < $after_seq OR (a.seq = $after_seq AND a.sort_id < $after_id))
    AND $tier =
    // include: tier
    AND
    // include: matches
  RETURN a
}
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $limit * size($sources)
WITH DISTINCT a
WITH a, $tier AS tier ORDER BY a.seq DESC, a.sort_id DESC LIMIT $limit
RETURN collect([tier, a.seq,
  // include: fields
]) AS page
