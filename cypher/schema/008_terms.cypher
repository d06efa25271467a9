// Search and tag filters find their candidates by whole terms, each kept as one keyword.
// parameters: none
CREATE FULLTEXT INDEX catalog_terms IF NOT EXISTS
FOR (a:Artifact) ON EACH [a.terms]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'keyword', `fulltext.eventually_consistent`: false}}
