"""The promotion gate: the rules of a policy, decided for an artifact and all that it came from."""
