"""Families, people cared for, and the first steps."""
