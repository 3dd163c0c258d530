"""Messages in and out: the inbox of updates, the outbox of notifications."""
