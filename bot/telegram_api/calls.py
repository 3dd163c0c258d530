"""The Bot API as plain calls: a method, a JSON body and the raw result.

Parsing a response into the library's objects fails when Telegram adds something new, and costs more
than the call; after sending, the bot only needs the message's id. Refusals become
python-telegram-bot's exceptions for them.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.telegram_api.transport import AiohttpRequest, File

_QUOTED = re.compile(r"[\"“'].*[\"”']", re.DOTALL)
_LONGEST_REASON = 120

READ_SECONDS = 10.0
_SECONDS_TO_WAIT = 5  # if a 429 doesn't say how long


class TelegramApi:
    """Calls methods of the Bot API. *request* is opened and closed by its creator."""

    def __init__(self, request: AiohttpRequest, *, token: str, api_url: str) -> None:
        self._request = request
        self._address = f"{api_url}/bot{token}/"

    async def call(
        self,
        method: str,
        body: Mapping[str, Any] | None = None,
        *,
        file: File | None = None,
        read_timeout: float = READ_SECONDS,
    ) -> Any:
        """The result of a call that Telegram accepted, whatever it is.

        Raises NotSent if the call never reached Telegram; BadRequest, Forbidden and ChatMigrated if
        it was refused for good; RetryAfter, Conflict, InvalidToken; Unavailable; and another
        NetworkError if the outcome is unknown.
        """
        status, content = await self._request.post_json(
            self._address + method, body or {}, file=file, read_timeout=read_timeout
        )
        answer = _read(content)
        if answer.get("ok") is True:
            return answer.get("result")
        raise _refusal(status, answer)


class Unavailable(NetworkError):
    """Telegram, or a proxy in front of it, can't take the call at the moment."""


def reason(error: TelegramError) -> str:
    """Telegram's reason for a refusal, without its quotes from the message."""
    return _QUOTED.sub("…", error.message)[:_LONGEST_REASON]


def _read(content: bytes) -> dict[str, Any]:
    """The parsed response; empty if it isn't one of the Bot API."""
    with suppress(ValueError, RecursionError):
        answer = json.loads(content)
        if isinstance(answer, dict):
            return answer
    return {}


def _refusal(status: int, answer: Mapping[str, Any]) -> TelegramError:
    if "ok" not in answer:
        # This comes from a proxy, and says nothing about what Telegram did with the call.
        failure = Unavailable if status >= 500 else NetworkError
        return failure(f"HTTP {status}, and no answer of the Bot API")
    code = answer.get("error_code")
    code = code if isinstance(code, int) else status
    description = str(answer.get("description") or "no description")
    parameters = answer.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if isinstance(parameters.get("migrate_to_chat_id"), int):
        return ChatMigrated(parameters["migrate_to_chat_id"])
    match code:
        case 429:
            seconds = parameters.get("retry_after")
            return RetryAfter(seconds if isinstance(seconds, int) else _SECONDS_TO_WAIT)
        case 401 | 404:
            return InvalidToken(description)
        case 403:
            return Forbidden(description)
        case 409:
            return Conflict(description)
        case code if 400 <= code < 500:
            return BadRequest(description)
        case _:
            return Unavailable(f"{description} ({code})")
