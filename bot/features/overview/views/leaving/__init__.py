"""Screens for taking one's data, and for leaving."""
