// Tell the state of the artifact `a` at an instant.
// parameters: at
// An artifact that was only named as a parent by then, or only registered later, was unregistered.
CASE
  WHEN a.state = 'registered' AND a.recorded_at <= $at THEN 'registered'
  WHEN a.state = 'deleted' AND a.deleted_at <= $at THEN 'deleted'
  WHEN a.state = 'deleted' AND coalesce(a.recorded_at, 0) <= $at THEN 'registered'
  ELSE 'unregistered'
END
