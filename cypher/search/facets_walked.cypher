// Walk from the newest artifact to older ones; count the values of some fields and tags in the first that match.
// parameters: rows, since, until, any_of, limit, most, fields, tag_prefixes
MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
WHERE a.seq >= $since AND a.seq <= $until AND a.sort_id IS NOT NULL
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $rows
WITH a WHERE
  // include: matches
WITH a LIMIT $limit
WITH collect(a) AS newest
// include: value_counts
RETURN size(newest) AS matches, counts, COUNT { MATCH (:Artifact) } AS artifacts
