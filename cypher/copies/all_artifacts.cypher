// Return all artifacts, whatever their state, each with the history of its edges to parents; deleted ones last.
// parameters: none
MATCH (a:Artifact)
WITH a ORDER BY a.state = 'deleted', coalesce(a.recorded_at, 0), coalesce(a.position, 0), a.sort_id
RETURN
  // include: record
  AS artifact
