// List the fields of the artifact `a` in the order in which `records.entry_from` reads them.
// parameters: none
[
  a.artifact_id, a.name, a.artifact_type, a.content_hash, a.source_step, a.source_run_id, a.source_pipeline,
  a.parent_ids, a.tags, a.metadata, a.uri, a.created_at, a.version, a.recorded_at, a.state,
  [(a)<-[:HELD_BY]-(held:_CatalogAlias) | [held.sort_name, held.alias]]
]
