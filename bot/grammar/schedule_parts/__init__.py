"""Sorts the words of a schedule into its parts: times, weekdays, start, end, frequency."""
