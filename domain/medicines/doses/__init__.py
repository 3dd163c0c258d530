"""Doses: reading and locking them, cards, summaries, snoozing."""
