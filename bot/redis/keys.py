"""Every key that we keep in Redis, and its lifetime (people script against these names).

All but APScheduler's two expire on their own, so nothing that we forget stays forever.
"""

from uuid import UUID

#: In seconds. ``conversation:…`` itself lives as long as the setting ``CONVERSATION_TTL``.
FAMILY_MEDICATIONS_TTL = 300
RATE_LIMIT_TTL = 60
#: After that long, as many wrong invitations may be presented as ever.
WRONG_INVITATIONS_TTL = 18_000
#: How long "hello" and "thanks" are answered only once.
SMALL_TALK_TTL = 3_600
SPOKEN_TTL = 600
PROMISED_TTL = 3_600
TOMBSTONE_TTL = 86_400
#: How long an unfinished conversation can be continued after it expired.
DRAFT_TTL = 86_400
#: Lifetime of the drafts' deadlines; renewed whenever one is added or read.
DEADLINES_TTL = 172_800
#: How long alarms are remembered; renewed each hour while one stands.
AUDITOR_TOLD_TTL = 172_800

#: Longer than Telegram keeps anything that people send.
LAST_POLL_TTL = 172_800

LEASE_SCHEDULER = "lease:scheduler"

#: When any replica last heard from Telegram, in Unix seconds.
LAST_POLL = "poll:last"

#: Which alarms the operator has been told, and when.
AUDITOR_TOLD = "auditor:told"

APSCHEDULER_JOBS = "apscheduler.jobs"
APSCHEDULER_RUN_TIMES = "apscheduler.run_times"

#: When the latest messages of all replicas went out, and how long Telegram told us to wait.
LIMIT_TOTAL = "limit:total"
LIMIT_BULK = "limit:bulk"
LIMIT_INTERACTIVE = "limit:interactive"
#: Set while messages of one kind wait, so that the other kind keeps to its share.
LIMIT_BULK_WAITS = "limit:bulk:waits"
LIMIT_INTERACTIVE_WAITS = "limit:interactive:waits"
LIMIT_PAUSE = "limit:pause"


def family_medications(family_id: UUID) -> str:
    return f"family:{family_id}:medications"


def rate_limit(telegram_user: int, command: str) -> str:
    return f"ratelimit:{telegram_user}:{command}"


def family_rate_limit(family_id: UUID) -> str:
    return f"ratelimit:family:{family_id}"


def wrong_invitations(telegram_user: int) -> str:
    """How many invitations that don't exist they have presented lately."""
    return f"invitations:wrong:{telegram_user}"


def small_talk(telegram_user: int) -> str:
    """Set for an hour once "hello" or "thanks" was answered."""
    return f"smalltalk:{telegram_user}"


def spoken(telegram_user: int) -> str:
    """What they have spoken of in the last minutes, as ids."""
    return f"spoken:{telegram_user}"


def promised(telegram_user: int) -> str:
    """What else they have said, by the question after which it comes."""
    return f"promised:{telegram_user}"


def conversation(chat_id: int, user_id: int) -> str:
    return f"conversation:{chat_id}:{user_id}"


def conversation_tombstone(chat_id: int, user_id: int) -> str:
    """Stays for a day, to distinguish "that expired" from "nothing was running"."""
    return f"conversation:{chat_id}:{user_id}:tombstone"


def conversation_mentioned(chat_id: int, user_id: int) -> str:
    """The question, with its version, that the person was told is still open."""
    return f"conversation:{chat_id}:{user_id}:mentioned"


def draft(chat_id: int, user_id: int, flow_id: UUID) -> str:
    """The last question of this flow, and the messages that show it; outlives the conversation."""
    return f"conversation:{chat_id}:{user_id}:draft:{flow_id}"


#: Sorted set: keys of drafts, by the millisecond at which they next need attention.
DRAFT_DEADLINES = "conversation:deadlines"


def latest_flow(chat_id: int, user_id: int, flow: str) -> str:
    """The latest conversation of this kind that the person started."""
    return f"conversation:{chat_id}:{user_id}:begun:{flow}"


def all_of(telegram_user: int) -> tuple[str, ...]:
    """Patterns of every key that has this account in it."""
    return (
        f"conversation:{telegram_user}:*",
        f"ratelimit:{telegram_user}:*",
        wrong_invitations(telegram_user),
        small_talk(telegram_user),
        spoken(telegram_user),
        promised(telegram_user),
        limit_chat(telegram_user),
        limit_pause_chat(telegram_user),
    )


def limit_chat(chat_id: int) -> str:
    return f"limit:chat:{chat_id}"


def limit_pause_chat(chat_id: int) -> str:
    return f"limit:pause:{chat_id}"


def session(token_sha256: str) -> str:
    return f"session:{token_sha256}"
