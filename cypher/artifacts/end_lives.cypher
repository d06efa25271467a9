// Note the earlier lives of deleted artifacts that are registered again.
// parameters: ids, now
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
WHERE a.state = 'deleted'
CALL (a) {
  OPTIONAL MATCH (a)-[:LIVED]->(past:_CatalogLife)
  RETURN max(past.revived) AS revived
}
CREATE (a)-[:LIVED]->(:_CatalogLife {
  since: coalesce(revived, a.recorded_at, 0), until: a.deleted_at, revived: $now, card: a.card
})
