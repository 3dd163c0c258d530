"""Outgoing messages: the transport, Telegram's limits, and delivery of the outbox."""
