"""Guided conversations: one question at a time, with a small state in Redis."""
