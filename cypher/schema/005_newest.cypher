// Lists walk from the newest registered artifact to the oldest.
// parameters: none
CREATE INDEX catalog_newest IF NOT EXISTS
FOR (a:Artifact) ON (a.seq, a.sort_id)
