"""Pausing and resuming, and what becomes of courses meanwhile."""
