// Tell the tier of the artifact `a`, by which `query/tree.py` orders what matches.
// parameters: words, compact
CASE
  WHEN size($words) = 0 OR a.compact_name = $compact THEN 0
  WHEN a.compact_name STARTS WITH $compact THEN 1
  WHEN all(word IN $words WHERE word IN a.terms) THEN 2
  ELSE 3
END
