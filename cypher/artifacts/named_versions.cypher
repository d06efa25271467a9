// Reads the registered artifacts of a name that have one of some versions and lie behind a place, newest first.
// parameters: lucene, name, versions, after_seq, after_id, limit
UNWIND $lucene AS lucene
CALL db.index.fulltext.queryNodes('catalog_terms', lucene) YIELD node AS a
WITH DISTINCT a
WHERE a.name = $name AND a.version IN $versions
  AND a.seq <= $after_seq AND NOT (a.seq = $after_seq AND a.sort_id >= $after_id)
WITH a ORDER BY a.seq DESC, a.sort_id DESC LIMIT $limit
RETURN collect([
  a.artifact_id, a.name, a.artifact_type, a.content_hash, a.source_step, a.source_run_id, a.source_pipeline,
  a.parent_ids, a.tags, a.metadata, a.uri, a.created_at, a.version, a.recorded_at, a.state
]) AS artifacts
