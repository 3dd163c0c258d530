"""What needs several areas: today, undo, news, lists, edited messages."""
