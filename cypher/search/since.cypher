// Return the instants at which the newest artifacts begin: so many of them, and twice as many.
// parameters: rows
MATCH (a:Artifact) USING INDEX a:Artifact(seq, sort_id)
WHERE a.seq IS NOT NULL AND a.sort_id IS NOT NULL
WITH a.seq AS seq ORDER BY a.seq DESC, a.sort_id DESC SKIP $rows - 1 LIMIT $rows + 1
WITH collect(seq) AS seqs
RETURN [seq IN [seqs[0], seqs[$rows]] WHERE seq IS NOT NULL] AS seqs
