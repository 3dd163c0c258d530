"""Everything that faces Telegram or the clock."""
