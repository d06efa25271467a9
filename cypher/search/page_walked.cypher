// Walk from the newest artifact to older ones, up to a number of rows; return a page of those that match.
// parameters: lucene, cap, rows, since, tier, any_of, words, compact, after_seq, after_id, limit
// size: eleven parameters: what every page needs, the length of the walk, and how to find candidates.
// If the full-text index has less than `cap` candidates, the walk looks each artifact up among them, which takes a tenth
// of reading what it matches by.
// include: candidates
CALL (everything, candidates) {
  CALL () {
    MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
    WHERE a.seq >= $since AND a.seq <= $after_seq AND a.sort_id IS NOT NULL
      AND NOT (a.seq = $after_seq AND a.sort_id >= $after_id)
    WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $rows
    RETURN a
  }
  WITH a, $tier AS tier
  WHERE (everything OR a IN candidates)
    AND tier =
    // include: tier
    AND
    // include: matches
  WITH a, tier LIMIT $limit
  RETURN collect([tier, a.seq,
    // include: fields
  ]) AS page
}
RETURN page
