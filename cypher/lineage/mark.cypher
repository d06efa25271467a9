// Sum up the revisions of artifacts and of everything upstream: a different sum later means that something changed.
// parameters: ids
UNWIND $ids AS id
MATCH (root:Artifact {artifact_id: id})
CALL (root) {
  MATCH way = (root)-[:DERIVED_FROM*1..]->(n)
  WITH n, min(length(way)) AS depth
  RETURN count(*) AS total, sum(depth) AS depths, sum(coalesce(n.revision, 0)) AS revisions
}
RETURN collect([id, total, depths, revisions + coalesce(root.revision, 0)]) AS marks
