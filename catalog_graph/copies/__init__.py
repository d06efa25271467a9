"""Records of a whole catalog: their lines of NDJSON, and how the records of two catalogs merge."""
