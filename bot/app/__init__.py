"""Composes the bot from its parts, and runs it as a process."""
