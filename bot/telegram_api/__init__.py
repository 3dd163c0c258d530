"""Messages out: the transport, Telegram's limits, and delivery of the outbox."""
