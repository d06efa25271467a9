// Return a row once the server has reached the bookmarks of the session.
// parameters: none
RETURN true AS reached
