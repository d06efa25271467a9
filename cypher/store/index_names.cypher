// Tells the names of all indexes; a constraint's has the name of the constraint.
// parameters: none
SHOW INDEXES YIELD name
RETURN collect(name) AS names
