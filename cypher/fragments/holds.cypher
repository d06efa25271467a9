// Tell whether the artifact `a` meets the conjunction `c`, which `search/conditions.py` makes of a query.
// parameters: none
// What is not registered has no terms, no search text and no `seq`: it can match only what asks for none of them, so only
// the lines that deny say what stands for a value that is missing; elsewhere null is as good as false.
all(term IN c.has WHERE term IN a.terms)
AND none(term IN c.lacks WHERE term IN coalesce(a.terms, []))
AND all(part IN c.parts WHERE a.search_text CONTAINS part)
AND none(part IN c.lacks_parts WHERE coalesce(a.search_text, '') CONTAINS part)
AND all(range IN c.ranges WHERE any(term IN a.terms WHERE range[0] <= term <= range[1]))
AND none(range IN c.lacks_ranges WHERE any(term IN coalesce(a.terms, []) WHERE range[0] <= term <= range[1]))
AND all(field IN c.equals WHERE coalesce(a[field[0]], '') = field[1])
AND none(field IN c.differs WHERE coalesce(a[field[0]], '') = field[1])
AND all(field IN c.starts WHERE coalesce(a[field[0]], '') STARTS WITH field[1])
AND none(field IN c.lacks_starts WHERE coalesce(a[field[0]], '') STARTS WITH field[1])
AND all(token IN c.tokens WHERE token IN a.tag_tokens)
AND (c.ids IS NULL OR a.artifact_id IN c.ids)
AND (c.created_from IS NULL OR a.seq >= c.created_from)
AND (c.created_before IS NULL OR a.seq < c.created_before)
