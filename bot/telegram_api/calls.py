"""The Bot API as plain calls: a method, a JSON body, and the result as it came.

Reading an answer into the library's objects is what fails when Telegram says something new, and
costs more than the call: of a send the bot needs the message's id and nothing else. Refusals become
the exceptions that python-telegram-bot has for them.
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
_SECONDS_TO_WAIT = 5  # where a 429 does not say how long


class TelegramApi:
    """Calls methods of the Bot API. *request* is opened and closed by whoever made it."""

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
        """The result of a call that Telegram says it took, whatever that is.

        Raises NotSent where it has not heard of it; BadRequest, Forbidden and ChatMigrated where it
        refuses it for good; RetryAfter, Conflict, InvalidToken; Unavailable; and another
        NetworkError where nobody knows what became of it.
        """
        status, content = await self._request.post_json(
            self._address + method, body or {}, file=file, read_timeout=read_timeout
        )
        answer = _read(content)
        if answer.get("ok") is True:
            return answer.get("result")
        raise _refusal(status, answer)


class Unavailable(NetworkError):
    """Telegram, or who speaks for it, says that it cannot take the call now."""


def reason(error: TelegramError) -> str:
    """What Telegram says of a refusal, without what it quotes of the message."""
    return _QUOTED.sub("…", error.message)[:_LONGEST_REASON]


def _read(content: bytes) -> dict[str, Any]:
    """What an answer says; nothing where it is none of the Bot API."""
    with suppress(ValueError, RecursionError):
        answer = json.loads(content)
        if isinstance(answer, dict):
            return answer
    return {}


def _refusal(status: int, answer: Mapping[str, Any]) -> TelegramError:
    if "ok" not in answer:
        # Somebody in between speaks: it says nothing about what Telegram makes of the call.
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
