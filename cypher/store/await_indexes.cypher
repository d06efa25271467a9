// Wait until every index is online.
// parameters: seconds
CALL db.awaitIndexes($seconds)
