"""The SQLite file itself: connections, schema, transactions, errors."""
