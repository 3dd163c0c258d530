"""Language and escaping: how every sentence reaches a reader.

Sentences are rendered in the receiver's language at the moment of sending, so the language is a
context, not an argument that each view hands on: ``with speaking("de"): card(...)``.
"""

import gettext
import html
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "carecircle"

_ENGLISH = gettext.NullTranslations()
_speech: ContextVar[gettext.NullTranslations] = ContextVar("speech", default=_ENGLISH)

# An IETF tag as far as catalogues tell languages apart: "pt", "pt-br", "zh-hant", "zh-hant-tw".
_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})  # Unicode classes of letters and digits


@lru_cache(maxsize=64)
def _translations(language: str, locales: Path) -> gettext.NullTranslations:
    # It comes from a person's app and becomes the name of a folder: nothing but a tag gets there.
    tag = _TAG.fullmatch(language.lower().replace("_", "-"))
    if tag is None:
        return _ENGLISH
    primary, script, region = tag.groups()
    parts = [primary, *([script.title()] if script else ()), *([region.upper()] if region else ())]
    # "zh_Hant_TW", then "zh_Hant", then "zh".
    names = ["_".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return gettext.translation(DOMAIN, locales, languages=names, fallback=True)


@contextmanager
def speaking(language: str | None, *, locales: Path = LOCALES) -> Iterator[None]:
    """Render what happens inside in *language* (an IETF tag; None or unknown: English), by the
    catalogues under *locales*.
    """
    token = _speech.set(_translations(language or "en", locales))
    try:
        yield
    finally:
        _speech.reset(token)


def _(sentence: str) -> str:
    return _speech.get().gettext(sentence)


def ngettext(singular: str, plural: str, count: int) -> str:
    return _speech.get().ngettext(singular, plural, count)


def escape(words: str) -> str:
    """Make people's words safe inside Telegram HTML: an unescaped ``<`` fails the whole message.

    Words written from right to left are set apart from the sentence around them: they would draw
    its next number to their side, and "أسبرين 5 mg" be shown as "5 أسبرين mg".
    """
    escaped = html.escape(words, quote=False)
    if words.isascii() or all(unicodedata.bidirectional(c) not in _RIGHT_TO_LEFT for c in words):
        return escaped
    return f"\u2068{escaped}\u2069"
