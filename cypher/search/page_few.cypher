// Return a page of each of some tiers, if it has few candidates; else say how many each source has.
// parameters: stages, cap, dense, any_of, words, compact, limit
// A stage is a tier, the position after which its page begins, and choices: lists of sources of which any one finds all, so
// that the one with the fewest candidates counts. There is no row for a single stage if `dense` of a sample of the newest
// artifacts match, since a walk (`page_walked`) then finds a page sooner. The sample leaves gaps: artifacts of one run, which
// are much alike, stand side by side.
CALL () {
  MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
  WHERE a.seq <= $stages[0].after_seq AND a.sort_id IS NOT NULL
  WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT 440
  WITH collect(a) AS newest
  UNWIND range(0, size(newest) - 1, 11) AS i
  WITH newest[i] AS a WHERE
    // include: matches
  RETURN count(*) >= $dense AS dense
}
UNWIND CASE WHEN dense AND size($stages) = 1 THEN [] ELSE $stages END AS stage
CALL (stage) {
  UNWIND stage.choices AS choice
  CALL (choice) {
    UNWIND range(0, size(choice) - 1) AS place
    WITH place, choice[place] AS source
    CALL (source) {
      // include: source_capped
      RETURN collect(a) AS nodes
    }
    WITH place, nodes, size(nodes) AS hits ORDER BY hits, place LIMIT 1
    RETURN place, nodes, hits
  }
  RETURN collect([place, hits]) AS probed, collect(nodes) AS candidates, sum(hits) < $cap AS complete
}
CALL (stage, candidates, complete) {
  CALL (stage, candidates, complete) {
    UNWIND CASE WHEN complete THEN candidates ELSE [] END AS nodes
    UNWIND nodes AS a
    WITH DISTINCT stage, a WHERE stage.tier > 1 OR size($words) = 0 OR a.compact_name STARTS WITH $compact
    WITH a ORDER BY a.seq DESC, a.sort_id DESC
    RETURN a
  }
  WITH a, stage.tier AS tier
  WHERE (a.seq < stage.after_seq OR (a.seq = stage.after_seq AND a.sort_id < stage.after_id))
    AND tier =
    // include: tier
    AND
    // include: matches
  WITH a, tier LIMIT $limit
  RETURN collect([tier, a.seq,
    // include: fields
  ]) AS page
}
RETURN dense, complete, probed, page ORDER BY stage.tier
