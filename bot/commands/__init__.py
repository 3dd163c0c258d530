"""The command line's other commands, besides running the bot."""
