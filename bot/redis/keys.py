"""Every key that we keep in Redis, and how long (people script against these names).

All but APScheduler's two expire by themselves, so that nothing we forget stays for ever.
"""

from uuid import UUID

#: Seconds. ``conversation:…`` itself lives for the setting ``CONVERSATION_TTL``.
FAMILY_MEDICATIONS_TTL = 300
RATE_LIMIT_TTL = 60
TOMBSTONE_TTL = 86_400

LEASE_SCHEDULER = "lease:scheduler"

APSCHEDULER_JOBS = "apscheduler.jobs"
APSCHEDULER_RUN_TIMES = "apscheduler.run_times"

#: When the last messages of all replicas went out, and until when Telegram told us to wait.
LIMIT_TOTAL = "limit:total"
LIMIT_BULK = "limit:bulk"
LIMIT_PAUSE = "limit:pause"


def family_medications(family_id: UUID) -> str:
    return f"family:{family_id}:medications"


def rate_limit(telegram_user: int, command: str) -> str:
    return f"ratelimit:{telegram_user}:{command}"


def conversation(chat_id: int, user_id: int) -> str:
    return f"conversation:{chat_id}:{user_id}"


def conversation_tombstone(chat_id: int, user_id: int) -> str:
    """Stays for a day, so that "that expired" can be told from "nothing was running"."""
    return f"conversation:{chat_id}:{user_id}:tombstone"


def limit_chat(chat_id: int) -> str:
    return f"limit:chat:{chat_id}"


def limit_pause_chat(chat_id: int) -> str:
    return f"limit:pause:{chat_id}"


def session(token_sha256: str) -> str:
    return f"session:{token_sha256}"
