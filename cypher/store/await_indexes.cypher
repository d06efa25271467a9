// Waits until every index answers.
// parameters: seconds
CALL db.awaitIndexes($seconds)
