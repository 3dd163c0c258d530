"""Doses: the occurrences of schedules as rows, as people read them, lock them and put them off."""
