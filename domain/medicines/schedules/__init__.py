"""Schedules: their kinds, occurrences, partial changes, and the concerns about a change."""
