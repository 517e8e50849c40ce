"""The newsroom: one room a desk, with its tables, rules and queries together."""
