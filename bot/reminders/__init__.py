"""From a minute to a message: the alarm, what it finds due, and its way to Telegram."""
