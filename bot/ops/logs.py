"""Logging: one line per event on standard error, in UTC, without secrets.

``LOG_LEVEL`` only applies to CareCircle's own messages. Libraries log from WARNING on, whatever it
is set to: below that, they print addresses (with the bot's token), statements and what people
wrote. Their errors can contain such values too, so only the fixed part of their messages is logged.
An exception is logged as its type and the lines of code, since its text may quote a family.
"""

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OURS = ("bot", "domain", "migrations")

# A token on its own, or inside a Bot API URL ("…/bot123456:AAE…/sendMessage").
TOKEN = re.compile(r"\d+(?::|%3A)[\w-]{30,}", re.IGNORECASE)
PASSWORD = re.compile(r"(://[^\s:/?#@]*:)[^\s/?#]*@")


def configure_logging(level: str) -> None:
    """Send CareCircle's messages from *level* on, and libraries' warnings, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    threshold = logging.getLevelNamesMapping()[level]
    root.setLevel(max(threshold, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(threshold)


class LineFormatter(logging.Formatter):
    """``2026-11-23T08:00:00.123Z INFO bot.intake: message``, on one line including the
    traceback.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(  # noqa: N802 -- logging's name
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        instant = datetime.fromtimestamp(record.created, UTC)
        return instant.strftime(datefmt or f"%Y-%m-%dT%H:%M:%S.{instant.microsecond // 1000:03}Z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        if record.name.partition(".")[0] not in OURS:
            record.message = str(record.msg).split("\n", maxsplit=1)[0]
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- logging's name
        """The types of an exception and its causes, and the lines they passed through."""
        lines, error = ["Traceback:"], ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"{Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames]
            lines.append(type(error).__name__)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)

    def format(self, record: logging.LogRecord) -> str:
        # Another handler may have kept its own text of the exception here, which quotes it.
        kept, record.exc_text = record.exc_text, None
        # Redact the finished line, so that nothing slips through in an argument or a traceback.
        lines = redact(super().format(record)).splitlines()
        record.exc_text = kept
        return " | ".join(line.rstrip() for line in lines if line.strip())


def redact(text: str) -> str:
    """*text* without anything that looks like a bot token or a password in a URL."""
    return PASSWORD.sub(r"\1***@", TOKEN.sub("***", text))
