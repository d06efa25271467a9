// Return the names of all indexes; the index of a constraint has the constraint's name.
// parameters: none
SHOW INDEXES YIELD name
RETURN collect(name) AS names
