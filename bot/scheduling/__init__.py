"""Wake-ups for what is due: the alarm, its jobs in Redis, and who runs it."""
