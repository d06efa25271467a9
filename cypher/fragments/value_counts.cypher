// Count the artifacts of `newest`, up to `$most`, that are alike in some fields and tags.
// parameters: most, fields, tag_prefixes
CALL (newest) {
  UNWIND newest[..$most] AS a
  WITH [field IN $fields | a[field]] AS fields,
    [token IN coalesce(a.tag_tokens, []) WHERE any(prefix IN $tag_prefixes WHERE token STARTS WITH prefix)] AS tags
  WITH fields, tags, count(*) AS artifacts
  RETURN collect([fields, tags, artifacts]) AS counts
}
