"""Schedules as people type them: fits their parts together, including amounts that differ."""
