// Tell the state of the artifact `a` at an instant, which belongs to its earlier `life`, if that is not null.
// parameters: at
// An artifact that was only named as a parent by then, or only registered later, was unregistered.
CASE
  WHEN life.since > $at THEN 'unregistered'
  WHEN life.until > $at THEN 'registered'
  WHEN life IS NOT NULL THEN 'deleted'
  WHEN a.state = 'registered' AND a.recorded_at <= $at THEN 'registered'
  WHEN a.state = 'deleted' AND a.deleted_at <= $at THEN 'deleted'
  WHEN a.state = 'deleted' AND coalesce(a.recorded_at, 0) <= $at THEN 'registered'
  ELSE 'unregistered'
END
