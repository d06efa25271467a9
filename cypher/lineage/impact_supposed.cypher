// Counts what was made from an artifact as `impact` does, a part of it, at an instant, or without some artifacts.
// parameters: id, any_of, lucene, cap, exact, tag_prefixes, at, without
// `lucene` gives candidates for what `any_of` chooses, where they are fewer than `cap`: only they are looked at closely,
// and not even they where candidates are `exact`, just what it chooses.
// The walk stands by itself, for the candidates in its groups would take memory for each of them.
MATCH (root:Artifact {artifact_id: $id})
WHERE root.recorded_at <= $at OR root.deleted_at <= $at OR EXISTS {
  (root)-[r:DERIVED_FROM|WAS_DERIVED_FROM]-() WHERE r.created_at <= $at
}
CALL () {
  UNWIND $lucene AS lucene
  CALL (lucene) {
    CALL db.index.fulltext.queryNodes('catalog_terms', lucene, {limit: $cap}) YIELD node
    RETURN collect(node) AS found
  }
  WITH collect(found) AS found
  RETURN size(found) = 0 OR any(hits IN found WHERE size(hits) = $cap) AS everything,
    reduce(together = [], hits IN found | together + hits) AS candidates
}
CALL (root, everything, candidates) {
  CALL (root) {
    MATCH way = (root)<-[:DERIVED_FROM|WAS_DERIVED_FROM*1..]-(n)
    WHERE all(r IN relationships(way) WHERE r.created_at <= $at AND (r.removed_at IS NULL OR r.removed_at > $at))
      AND none(passed IN nodes(way) WHERE passed.artifact_id IN $without)
    WITH n, min(length(way)) AS depth
    RETURN n, depth
  }
  WITH n, depth WHERE everything OR n IN candidates
  WITH collect(n) AS near, collect(depth) AS near_depths
  UNWIND range(0, size(near) - 1) AS i
  WITH near[i] AS n, near_depths[i] AS depth
  WHERE ($any_of IS NULL OR $exact AND NOT everything OR any(c IN $any_of WHERE
    all(term IN c.has WHERE term IN coalesce(n.terms, []))
    AND none(term IN c.lacks WHERE term IN coalesce(n.terms, []))
    AND all(part IN c.parts WHERE coalesce(n.search_text, '') CONTAINS part)
    AND none(part IN c.lacks_parts WHERE coalesce(n.search_text, '') CONTAINS part)
    AND all(range IN c.ranges WHERE any(term IN coalesce(n.terms, []) WHERE range[0] <= term <= range[1]))
    AND none(range IN c.lacks_ranges WHERE any(term IN coalesce(n.terms, []) WHERE range[0] <= term <= range[1]))
    AND all(field IN c.equals WHERE coalesce(n[field[0]], '') = field[1])
    AND none(field IN c.differs WHERE coalesce(n[field[0]], '') = field[1])
    AND (c.created_from IS NULL OR coalesce(n.seq >= c.created_from, false))
    AND (c.created_before IS NULL OR coalesce(n.seq < c.created_before, false))))
  RETURN collect(n) AS nodes, collect(depth) AS depths
}
CALL (nodes) {
  UNWIND nodes AS n
  WITH coalesce(n.kind, '\u001f') AS kind, count(*) AS artifacts
  RETURN collect([kind, artifacts]) AS kinds
}
CALL (depths) {
  UNWIND depths AS depth
  WITH depth, count(*) AS artifacts
  RETURN collect([depth, artifacts]) AS by_depth
}
CALL (nodes) {
  UNWIND $tag_prefixes AS prefix
  UNWIND nodes AS n
  UNWIND [token IN n.tag_tokens WHERE token STARTS WITH prefix] AS token
  WITH token, count(*) AS artifacts
  RETURN collect([token, artifacts]) AS tags
}
RETURN kinds, by_depth AS depths, tags
