"""Medicines: what a family gives, when it is due, what was given, what is left, what is paused."""
