"""Guided conversations of this area."""
