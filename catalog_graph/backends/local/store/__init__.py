"""The SQLite file itself: connections, transactions, schema, rows of FlowyML's table, errors."""
