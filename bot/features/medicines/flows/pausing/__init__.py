"""Pausing and resuming, and what happens to courses in the meantime."""
