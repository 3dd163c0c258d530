"""Every key that we keep in Redis, and how long (people script against these names).

All but APScheduler's two expire by themselves, so that nothing we forget stays for ever.
"""

from uuid import UUID

#: Seconds. ``conversation:…`` itself lives for the setting ``CONVERSATION_TTL``.
FAMILY_MEDICATIONS_TTL = 300
RATE_LIMIT_TTL = 60
TOMBSTONE_TTL = 86_400
#: How long what was begun and not finished can be continued, from its expiry on.
DRAFT_TTL = 86_400
#: Of the deadlines of all drafts; renewed whenever one is added or looked at.
DEADLINES_TTL = 172_800

LEASE_SCHEDULER = "lease:scheduler"

APSCHEDULER_JOBS = "apscheduler.jobs"
APSCHEDULER_RUN_TIMES = "apscheduler.run_times"

#: When the last messages of all replicas went out, and until when Telegram told us to wait.
LIMIT_TOTAL = "limit:total"
LIMIT_BULK = "limit:bulk"
LIMIT_INTERACTIVE = "limit:interactive"
#: While some of a kind waits, so that the other keeps to its share.
LIMIT_BULK_WAITS = "limit:bulk:waits"
LIMIT_INTERACTIVE_WAITS = "limit:interactive:waits"
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


def conversation_mentioned(chat_id: int, user_id: int) -> str:
    """Of which question, in which version, the person was told that it is still open."""
    return f"conversation:{chat_id}:{user_id}:mentioned"


def draft(chat_id: int, user_id: int, flow_id: UUID) -> str:
    """What was asked last in this flow, and in which messages; outlives the conversation."""
    return f"conversation:{chat_id}:{user_id}:draft:{flow_id}"


#: Sorted set: keys of drafts, each by the millisecond at which it wants to be looked at.
DRAFT_DEADLINES = "conversation:deadlines"


def latest_flow(chat_id: int, user_id: int, flow: str) -> str:
    """Which conversation of this kind a person began last."""
    return f"conversation:{chat_id}:{user_id}:begun:{flow}"


def limit_chat(chat_id: int) -> str:
    return f"limit:chat:{chat_id}"


def limit_pause_chat(chat_id: int) -> str:
    return f"limit:pause:{chat_id}"


def session(token_sha256: str) -> str:
    return f"session:{token_sha256}"
