// Replace what artifacts are found by: their search texts, their terms and their exact tokens.
// parameters: rows
// `store/reindexing.py` reads them in batches and runs this for each; what was changed meanwhile is indexed already.
UNWIND $rows AS row
MATCH (a:Artifact {artifact_id: row.artifact_id}) WHERE coalesce(a.revision, 0) = row.revision
SET a.search_text = row.search_text, a.terms = row.terms, a.tag_tokens = row.tag_tokens
