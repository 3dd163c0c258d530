"""Medicines: schedules, doses, records of what was given, stock, pauses."""
