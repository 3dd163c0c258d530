"""What needs several areas: undo, other families of the reader, what a message says."""
