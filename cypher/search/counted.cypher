// Count everything that matches: in total, and by each value of some fields and tags.
// parameters: sources, any_of, fields, tag_prefixes
UNWIND $sources AS source
// include: source
WITH DISTINCT a
WHERE
  // include: matches
WITH a
UNWIND [['', '']] + [field IN $fields WHERE a[field] IS NOT NULL | [field, a[field]]]
  + [token IN coalesce(a.tag_tokens, []) WHERE any(prefix IN $tag_prefixes WHERE token STARTS WITH prefix) | ['tag', token]]
  AS pair
WITH pair[0] AS kind, pair[1] AS value, count(*) AS artifacts
RETURN collect([kind, value, artifacts]) AS counts
