"""Messages in and out: the inbox of updates, and the messages that members are owed."""
