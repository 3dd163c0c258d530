"""Appointments: series and occurrences, changes, drivers, outcomes, calendar files."""
