"""Features that span areas: undo, news of changes, other families, kinds of messages."""
