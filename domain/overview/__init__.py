"""What needs several areas: undo, news of changes, other families, every kind of message."""
