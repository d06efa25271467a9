// Index terms, each kept as one keyword: the candidates of searches and tag filters.
// parameters: none
CREATE FULLTEXT INDEX catalog_terms IF NOT EXISTS
FOR (a:Artifact) ON EACH [a.terms]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'keyword', `fulltext.eventually_consistent`: false}}
