// Return whether the catalog holds no artifact in any state.
// parameters: none
RETURN NOT EXISTS { MATCH (:Artifact) } AS is_empty
