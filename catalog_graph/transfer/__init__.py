"""Transfer of whole catalogs: to and from NDJSON, and between a local file and a service."""
