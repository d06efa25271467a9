// Locks artifacts by sorted ids until the transaction ends, then reads them.
// parameters: ids
UNWIND $ids AS id
MATCH (a:Artifact {artifact_id: id})
SET a._locked = true
RETURN collect([
  a.artifact_id, a.name, a.artifact_type, a.content_hash, a.source_step, a.source_run_id, a.source_pipeline,
  a.parent_ids, a.tags, a.metadata, a.uri, a.created_at, a.version, a.recorded_at, a.state
]) AS artifacts
