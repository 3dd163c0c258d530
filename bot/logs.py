"""Logging: one line per event on standard error, in UTC, without secrets.

``LOG_LEVEL`` is about CareCircle's own words. Libraries speak from WARNING on, whatever it says:
below that they print addresses (with the bot's token), statements and what people wrote.
"""

import logging
import re
import sys
from datetime import UTC, datetime

OURS = ("bot", "domain", "migrations")

# A token alone, or inside a Bot API address ("…/bot123456:AAE…/sendMessage").
TOKEN = re.compile(r"\d+(?::|%3A)[\w-]{30,}", re.IGNORECASE)
PASSWORD = re.compile(r"(://[^\s:/?#@]*:)[^\s/?#]*@")


def configure_logging(level: str) -> None:
    """Send what CareCircle logs from *level* on, and what libraries warn of, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    threshold = logging.getLevelNamesMapping()[level]
    root.setLevel(max(threshold, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(threshold)


class LineFormatter(logging.Formatter):
    """``2026-11-23T08:00:00.123Z INFO bot.intake: message``, traceback and all on one line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(  # noqa: N802 -- logging's name
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        instant = datetime.fromtimestamp(record.created, UTC)
        return instant.strftime(datefmt or f"%Y-%m-%dT%H:%M:%S.{instant.microsecond // 1000:03}Z")

    def format(self, record: logging.LogRecord) -> str:
        # The finished text, so that nothing gets by in an argument or a traceback.
        lines = redact(super().format(record)).splitlines()
        return " | ".join(line.rstrip() for line in lines if line.strip())


def redact(text: str) -> str:
    """*text* without what looks like a bot token or a password in an address."""
    return PASSWORD.sub(r"\1***@", TOKEN.sub("***", text))
