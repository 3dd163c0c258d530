"""Families, the people they care for, and the first steps."""
