"""Phrases that all views share: times, schedules, pauses, amounts, records."""
