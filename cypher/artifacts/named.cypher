// Reads the registered artifacts of a name behind a place, newest first.
// parameters: compact, name, after_seq, after_id, limit
MATCH (a:Artifact)
WHERE a.compact_name = $compact AND a.seq <= $after_seq AND a.name = $name
  AND NOT (a.seq = $after_seq AND a.sort_id >= $after_id)
WITH a ORDER BY a.compact_name DESC, a.seq DESC, a.sort_id DESC LIMIT $limit
RETURN collect([
  a.artifact_id, a.name, a.artifact_type, a.content_hash, a.source_step, a.source_run_id, a.source_pipeline,
  a.parent_ids, a.tags, a.metadata, a.uri, a.created_at, a.version, a.recorded_at, a.state
]) AS artifacts
