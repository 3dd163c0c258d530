"""When and how much, in words: schedules, courses, parts of the day."""
