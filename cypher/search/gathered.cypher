// Gathers candidates, so many at most of a source, and answers the best of those that match.
// parameters: newest, whole, rare, lately, choices, few, many, most, exact, tiers, sample, dense, rows, since, until, artifact_type, source_pipeline, source_step, tag_tokens, words, compact, after_tier, after_seq, after_id, limit, any_of
// Where so many of a sample of the newest match that a walk from them to older ones soon has a page, nothing is gathered.
// Else what `newest` gives, where that may make a page; else what `whole` gives, where that is less than `rare`; else what
// `lately` gives, where that may make a page; else the choices are probed: of each the source that gives least counts; of
// several tiers, each has one choice. What was gathered is put in order, up to `most` in all, and looked at closely until a
// tier has a page; of more, the walk picks what is among it. No `LIMIT` right behind that `ORDER BY`: it would take memory
// for all that was gathered with every row. Candidates that are `exact` need no look at `any_of`.
CALL () {
  MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
  WHERE a.seq >= $since AND a.seq <= $until AND a.sort_id IS NOT NULL
  WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $sample
  WITH a
  WHERE ($artifact_type IS NULL OR a.artifact_type = $artifact_type)
    AND ($source_pipeline IS NULL OR a.source_pipeline = $source_pipeline)
    AND ($source_step IS NULL OR a.source_step = $source_step)
    AND all(token IN $tag_tokens WHERE token IN a.tag_tokens)
    AND ($tiers <> [2] OR all(word IN $words WHERE word IN a.terms))
    AND
    // include: matches
  RETURN count(*) >= $dense AS dense
}
CALL (dense) {
  UNWIND CASE WHEN dense THEN [] ELSE $newest END AS lucene
  CALL db.index.fulltext.queryNodes('catalog_terms', lucene, {limit: $few}) YIELD node
  WITH collect(node) AS nodes
  RETURN CASE WHEN $limit <= size(nodes) < $few THEN [nodes] ELSE [] END AS newest
}
CALL (dense, newest) {
  UNWIND CASE WHEN dense OR newest <> [] THEN [] ELSE $whole END AS lucene
  CALL db.index.fulltext.queryNodes('catalog_terms', lucene, {limit: $rare}) YIELD node
  WITH collect(node) AS nodes
  RETURN CASE WHEN NOT dense AND newest = [] AND $whole <> [] AND size(nodes) < $rare THEN [nodes] ELSE [] END AS whole
}
CALL (dense, newest, whole) {
  UNWIND CASE WHEN dense OR newest <> [] OR whole <> [] THEN [] ELSE $lately END AS lucene
  CALL db.index.fulltext.queryNodes('catalog_terms', lucene, {limit: $few}) YIELD node
  WITH collect(node) AS nodes
  RETURN CASE WHEN $limit <= size(nodes) < $few THEN [nodes] ELSE newest + whole END AS known
}
CALL (dense, known) {
  UNWIND CASE WHEN dense OR known <> [] THEN [] ELSE range(0, size($choices) - 1) END AS at
  CALL (at) {
    UNWIND range(0, size($choices[at]) - 1) AS place
    WITH place, $choices[at][place] AS source
    CALL (source) {
      UNWIND source.lucene AS lucene
      CALL db.index.fulltext.queryNodes('catalog_terms', lucene, {limit: $many}) YIELD node
      RETURN collect(node) AS some, count(*) = $many AS cut
      UNION ALL
      UNWIND source.part AS part
      MATCH (a:Artifact) WHERE a.search_text CONTAINS part
      WITH a LIMIT $few
      RETURN collect(a) AS some, count(*) = $few AS cut
      UNION ALL
      UNWIND source.name AS name
      MATCH (a:Artifact) WHERE a.compact_name = name AND a.seq IS NOT NULL
      WITH a LIMIT $few
      RETURN collect(a) AS some, count(*) = $few AS cut
      UNION ALL
      UNWIND source.prefix AS prefix
      MATCH (a:Artifact) WHERE a.compact_name STARTS WITH prefix AND a.seq IS NOT NULL
      WITH a LIMIT $few
      RETURN collect(a) AS some, count(*) = $few AS cut
    }
    WITH place, collect(some) AS each, collect(cut) AS cuts
    WITH place, coalesce(head([some IN each WHERE size(some) > 0]), []) AS nodes, true IN cuts AS cut
    WITH place, nodes, cut, size(nodes) AS hits ORDER BY cut, hits, place LIMIT 1
    RETURN place, nodes, cut, hits
  }
  RETURN collect([place, hits]) AS probed, collect(nodes) AS gathered, sum(hits) AS total, true IN collect(cut) AS cut
}
WITH probed, known + gathered AS gathered, dense OR total > $most AS walk, dense OR cut AS everything,
  whole <> [] OR NOT dense AND known = [] AND total <= $most AS complete
CALL (gathered, walk, everything) {
  UNWIND range(0, size($tiers) - 1) AS at
  CALL (gathered, walk, everything, at) {
    CALL (gathered, walk, everything, at) {
      UNWIND CASE WHEN walk THEN [] WHEN size($tiers) = 1 THEN gathered ELSE [gathered[at]] END AS nodes
      UNWIND nodes AS a
      WITH DISTINCT a WHERE size($words) = 0 OR $tiers[at] > 1 OR a.compact_name STARTS WITH $compact
      WITH a ORDER BY a.seq DESC, a.sort_id DESC
      RETURN a
      UNION ALL
      UNWIND CASE WHEN walk THEN [$rows] ELSE [] END AS rows
      CALL () {
        MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
        WHERE a.seq >= $since AND a.seq <= $until AND a.sort_id IS NOT NULL
          AND NOT (a.seq = $after_seq AND a.sort_id >= $after_id)
        WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $rows
        RETURN a
      }
      WITH a WHERE everything OR any(nodes IN gathered WHERE a IN nodes)
      RETURN a
    }
    WITH a, CASE
      WHEN size($words) = 0 OR a.compact_name = $compact THEN 0
      WHEN a.compact_name STARTS WITH $compact THEN 1
      WHEN all(word IN $words WHERE word IN a.terms) THEN 2
      ELSE 3
    END AS tier
    WHERE tier = $tiers[at]
      AND (tier > $after_tier OR (tier = $after_tier
        AND (a.seq < $after_seq OR (a.seq = $after_seq AND a.sort_id < $after_id))))
      AND ($artifact_type IS NULL OR a.artifact_type = $artifact_type)
      AND ($source_pipeline IS NULL OR a.source_pipeline = $source_pipeline)
      AND ($source_step IS NULL OR a.source_step = $source_step)
      AND all(token IN $tag_tokens WHERE token IN a.tag_tokens)
      AND ($exact AND NOT everything OR
        // include: matches
      )
    RETURN a, tier LIMIT $limit
  }
  WITH a, tier ORDER BY tier, a.seq DESC, a.sort_id DESC LIMIT $limit
  RETURN collect([tier, a.seq,
    // include: fields
  ]) AS found
}
RETURN probed, complete, found
