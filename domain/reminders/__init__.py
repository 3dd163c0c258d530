"""Wake-ups: claiming what is due, queueing messages, setting the next timers."""
