// Walks from an artifact to what it was made from as `upstream` does, listing a part, at an instant, or without some artifacts.
// parameters: id, depth, limit, after_depth, after_id, any_of, lucene, cap, exact, at, without
// literals: reach
// Edges are pairs of the nodes' internal numbers, good for this answer alone: those of a later page may end on
// artifacts of earlier ones, which are named apart. `any_of` chooses what is listed; the walk passes through the rest.
// `at` is in microseconds; far in the future it is the present, since what was removed has an end. An artifact that was
// only named as a parent by then, or only registered later, was unregistered; one that no edge had touched was not there.
// `lucene` gives candidates for what `any_of` chooses, where they are fewer than `cap`: only they are looked at closely,
// and not even they where candidates are `exact`, just what it chooses.
// The walk stands by itself, for the candidates in its groups would take memory for each of them. It comes nearest first,
// and so does what is chosen of it; by id, only the levels on which the page may lie are put in order.
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
    MATCH way = (root)-[:DERIVED_FROM|WAS_DERIVED_FROM*1..$reach]->(n)
    WHERE all(r IN relationships(way) WHERE r.created_at <= $at AND (r.removed_at IS NULL OR r.removed_at > $at))
      AND none(passed IN nodes(way) WHERE passed.artifact_id IN $without)
    WITH n, min(length(way)) AS depth
    RETURN n, depth ORDER BY depth
  }
  WITH n, depth WHERE everything OR depth > $depth OR n IN candidates
  WITH collect(n) AS near, collect(depth) AS near_depths
  UNWIND range(0, size(near) - 1) AS i
  WITH near[i] AS n, near_depths[i] AS depth
  WITH n, depth, depth <= $depth AND ($any_of IS NULL OR $exact AND NOT everything OR any(c IN $any_of WHERE
    all(term IN c.has WHERE term IN coalesce(n.terms, []))
    AND none(term IN c.lacks WHERE term IN coalesce(n.terms, []))
    AND all(part IN c.parts WHERE coalesce(n.search_text, '') CONTAINS part)
    AND none(part IN c.lacks_parts WHERE coalesce(n.search_text, '') CONTAINS part)
    AND all(range IN c.ranges WHERE any(term IN coalesce(n.terms, []) WHERE range[0] <= term <= range[1]))
    AND none(range IN c.lacks_ranges WHERE any(term IN coalesce(n.terms, []) WHERE range[0] <= term <= range[1]))
    AND all(field IN c.equals WHERE coalesce(n[field[0]], '') = field[1])
    AND none(field IN c.differs WHERE coalesce(n[field[0]], '') = field[1])
    AND (c.created_from IS NULL OR coalesce(n.seq >= c.created_from, false))
    AND (c.created_before IS NULL OR coalesce(n.seq < c.created_before, false)))) AS listed
  RETURN collect(CASE WHEN listed THEN n END) AS nodes,
    collect(CASE WHEN listed THEN depth END) AS depths,
    sum(CASE WHEN listed THEN depth ELSE 0 END) AS depth_sum,
    sum(CASE WHEN depth > $depth THEN 1 ELSE 0 END) AS deeper
}
WITH root, nodes, depths, depth_sum, deeper, size(nodes) AS total,
  size([d IN depths WHERE d < $after_depth]) AS above, size([d IN depths WHERE d <= $after_depth]) AS passed
WITH *, depths[CASE WHEN passed + $limit < total THEN passed + $limit ELSE total END - 1] AS last_depth
CALL (nodes, depths, above, last_depth) {
  UNWIND range(above, size([d IN depths WHERE d <= last_depth]) - 1) AS i
  WITH nodes[i] AS n, depths[i] AS depth ORDER BY depth, n.sort_id
  RETURN collect(n) AS near, collect(depth) AS near_depths,
    sum(CASE WHEN depth = $after_depth AND n.sort_id <= $after_id THEN 1 ELSE 0 END) AS before
}
WITH root, deeper, total, depth_sum, above + before AS start, [root] + nodes[..above] + near[..before] AS earlier,
  near[before..before + $limit] AS page, near_depths[before..before + $limit] AS page_depths
CALL (page) {
  UNWIND page AS n
  WITH n, CASE
      WHEN n.state = 'registered' AND n.recorded_at <= $at THEN 'registered'
      WHEN n.state = 'deleted' AND n.deleted_at <= $at THEN 'deleted'
      WHEN n.state = 'deleted' AND coalesce(n.recorded_at, 0) <= $at THEN 'registered'
      ELSE 'unregistered'
    END AS state
  RETURN collect(id(n)) AS numbers, collect(n.card) AS cards, collect(state) AS states
}
CALL (start, earlier, page, numbers) {
  WITH start, page, numbers + [n IN earlier | id(n)] AS listed
  UNWIND page AS child
  MATCH (child)-[r:DERIVED_FROM|WAS_DERIVED_FROM]->(parent)
  WHERE (r.created_at <= $at AND (r.removed_at IS NULL OR r.removed_at > $at))
    AND (start = 0 OR id(parent) IN listed)
  RETURN collect(id(child)) AS page_children, collect(id(parent)) AS page_parents,
    collect(DISTINCT CASE WHEN start > 0 AND NOT id(parent) IN numbers THEN parent END) AS ends
}
CALL (earlier, numbers) {
  UNWIND earlier AS child
  MATCH (child)-[r:DERIVED_FROM|WAS_DERIVED_FROM]->(parent)
  WHERE (r.created_at <= $at AND (r.removed_at IS NULL OR r.removed_at > $at))
    AND id(parent) IN numbers
  RETURN collect(id(child)) AS earlier_children, collect(id(parent)) AS earlier_parents,
    collect(DISTINCT child) AS starts
}
WITH *, CASE
      WHEN root.state = 'registered' AND root.recorded_at <= $at THEN 'registered'
      WHEN root.state = 'deleted' AND root.deleted_at <= $at THEN 'deleted'
      WHEN root.state = 'deleted' AND coalesce(root.recorded_at, 0) <= $at THEN 'registered'
      ELSE 'unregistered'
    END AS root_state
RETURN id(root) AS root, root.card AS card, root_state, total, depth_sum, deeper, start, numbers, cards, states,
  page_depths AS depths, page_children + earlier_children AS children, page_parents + earlier_parents AS parents,
  [n IN ends + starts | [id(n), n.artifact_id]] AS earlier
