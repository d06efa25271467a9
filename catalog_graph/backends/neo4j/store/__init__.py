"""The database itself: Bolt, schema, queries, transactions, errors."""
