"""What CareCircle is about: families, medicines, doses. Knows nothing of Telegram, Redis or APScheduler."""
