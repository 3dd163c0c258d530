"""Pausing and resuming, and what happens to courses meanwhile."""
