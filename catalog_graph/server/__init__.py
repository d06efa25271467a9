"""The catalog service: the HTTP API over any backend."""
