"""When doses fall due, how a schedule changes part by part, and what is asked before it does."""
