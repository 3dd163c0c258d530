"""Everything that faces Telegram or the clock."""

import os

# PTB is moving from seconds to timedelta where Telegram asks to wait, and warns until told so.
os.environ.setdefault("PTB_TIMEDELTA", "true")
