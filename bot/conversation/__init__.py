"""Guided conversations: questions, one at a time, over a small state in Redis."""
