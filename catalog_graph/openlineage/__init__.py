"""OpenLineage events: what each says, what they say together, and the artifacts and edges that follow."""
