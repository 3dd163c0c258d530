"""Expansion: making the doses of medicines ahead of time, and again when something changes."""
