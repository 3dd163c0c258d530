"""What every view says in the same words: times, schedules, pauses, amounts, records."""
