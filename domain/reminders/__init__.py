"""What a wake-up does: it claims what is due, owes messages, and moves timers."""
