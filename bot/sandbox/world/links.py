"""Links that open the bot: https://t.me/carecircle_bot?start=payload and their other spellings."""

import re
from urllib.parse import parse_qs, urlsplit

START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


def start_payload(url: str, bot_username: str) -> str | None:
    """What a link passes to ``/start`` ("" for nothing); None if it leads elsewhere.

    As in Telegram, a payload that it wouldn't pass on counts as empty.
    """
    if url.startswith("t.me/"):
        url = f"https://{url}"
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    if parts.scheme == "tg" and parts.netloc == "resolve":
        username = query.get("domain", [""])[0]
    elif parts.scheme in {"http", "https"} and parts.netloc.lower() in {"t.me", "telegram.me"}:
        username = parts.path.strip("/")
    else:
        return None
    if username.lower() != bot_username.lower():
        return None
    payload = query.get("start", [""])[0]
    return payload if START_PAYLOAD.fullmatch(payload) else ""
