"""Giving a medicine: the questions, what to know beforehand, and what was recorded."""
