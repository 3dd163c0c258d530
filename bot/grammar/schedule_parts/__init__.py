"""The words of a schedule, sorted into its parts: times, weekdays, beginning, end, how often."""
