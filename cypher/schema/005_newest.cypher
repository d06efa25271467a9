// Index registered artifacts from the newest to the oldest, for lists.
// parameters: none
CREATE INDEX catalog_newest IF NOT EXISTS
FOR (a:Artifact) ON (a.seq, a.sort_id)
