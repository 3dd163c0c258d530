"""Doses: the occurrences of schedules as rows, from expansion until somebody answers."""
