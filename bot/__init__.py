"""Everything that talks to Telegram or depends on the clock."""

import os

# PTB is migrating Telegram's waiting times from seconds to timedelta, and warns until we opt in.
os.environ.setdefault("PTB_TIMEDELTA", "true")
