// Search finds parts of words by their trigrams.
// parameters: none
CREATE TEXT INDEX catalog_search_text IF NOT EXISTS
FOR (a:Artifact) ON (a.search_text)
