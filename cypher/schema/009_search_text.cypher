// Index the search text by trigrams, for parts of words.
// parameters: none
CREATE TEXT INDEX catalog_search_text IF NOT EXISTS
FOR (a:Artifact) ON (a.search_text)
