"""What needs several areas: today, undo, news, names in other families, edited messages."""
