"""The family's group: what it is, its settings, who is told of it, and groups of nobody."""
