// Advance the version counters of names; return the last number before.
// parameters: counts
// The first SET takes the counter's lock, so no other transaction changes what the next one reads.
UNWIND $counts AS row
MERGE (counter:_CatalogVersion {name: row.name})
SET counter.taken = true
SET counter.before = coalesce(counter.last, 0)
SET counter.last = CASE
  WHEN counter.before + row.more > row.least THEN counter.before + row.more
  ELSE row.least
END
RETURN collect(counter.before) AS before
