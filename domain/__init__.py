"""The domain: what CareCircle does. It doesn't import Telegram, Redis or APScheduler."""
