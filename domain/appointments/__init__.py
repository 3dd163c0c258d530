"""Appointments: their series and occurrences, changes, who drives, outcomes, calendar files."""
