"""Expansion: making doses ahead of time, and adjusting them when something changes."""
