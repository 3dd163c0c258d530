"""Pauses of a medicine or of everything a person takes, and their effect on courses."""
