"""Pauses of a medicine or of everything that a person takes, and what they do to courses."""
