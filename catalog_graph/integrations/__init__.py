"""Other programs' lineage, recorded as they run."""
