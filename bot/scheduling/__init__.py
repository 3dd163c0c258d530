"""From a minute to a wake-up: the alarm, its jobs in Redis, and who keeps it."""
