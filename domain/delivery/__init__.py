"""Messages in and out: the inbox of updates, and the outbox of notifications."""
