"""Stock: what is left of a medicine, how long it lasts, and reminders to refill it."""
