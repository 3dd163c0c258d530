"""What CareCircle is about. Knows nothing of Telegram, Redis or APScheduler."""
