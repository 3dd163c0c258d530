"""Pauses: what is asked of them, what becomes of courses, and what was done."""
