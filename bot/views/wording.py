"""Language and escaping: how every sentence reaches a reader.

Sentences are rendered in the receiver's language at the moment of sending, so the language is a
context, not an argument that each view hands on: ``with speaking("de"): card(...)``.
"""

import gettext
import html
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "carecircle"

_ENGLISH = gettext.NullTranslations()
_speech: ContextVar[gettext.NullTranslations] = ContextVar("speech", default=_ENGLISH)


@lru_cache(maxsize=64)
def _translations(language: str) -> gettext.NullTranslations:
    # Telegram sends IETF tags ("pt-br"); gettext looks for "pt_BR" and then "pt".
    primary, _, region = language.partition("-")
    names = [f"{primary}_{region.upper()}", primary] if region else [primary]
    return gettext.translation(DOMAIN, LOCALES, languages=names, fallback=True)


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Render what happens inside in *language* (an IETF tag; None or unknown: English)."""
    token = _speech.set(_translations(language or "en"))
    try:
        yield
    finally:
        _speech.reset(token)


def _(sentence: str) -> str:
    return _speech.get().gettext(sentence)


def ngettext(singular: str, plural: str, count: int) -> str:
    return _speech.get().ngettext(singular, plural, count)


def escape(words: str) -> str:
    """Make people's words safe inside Telegram HTML: an unescaped ``<`` fails the whole message."""
    return html.escape(words, quote=False)
