"""Intakes: what is asked of them, what is to be known before, and what was recorded."""
