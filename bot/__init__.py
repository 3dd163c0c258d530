"""Everything that faces Telegram or the clock."""

import os

# Durations from python-telegram-bot as timedelta: without this every 429 also warns about it.
os.environ.setdefault("PTB_TIMEDELTA", "true")
