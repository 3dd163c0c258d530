"""Whatever spans several areas: today, undo, change notices, other families, edited messages."""
