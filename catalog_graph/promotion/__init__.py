"""The promotion gate: policy files, their rules, the check of an artifact, and the report."""
