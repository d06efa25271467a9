// Tell whether the edge `r` was there at an instant; the far future is the present, since what was removed has an end.
// parameters: at
r.created_at <= $at AND (r.removed_at IS NULL OR r.removed_at > $at)
