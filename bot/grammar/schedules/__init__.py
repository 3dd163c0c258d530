"""Schedules as people type them: their parts fitted together, also where amounts differ."""
