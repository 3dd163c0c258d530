"""Pauses: the questions, what happens to courses, and the result."""
