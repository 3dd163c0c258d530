"""Language and escaping: how every sentence reaches a reader.

Sentences come from a catalogue; days, lists and decimals come from CLDR, for the locale of the same
language. Both are rendered in the receiver's language when a message is sent, so the language is a
context rather than an argument that every view passes on: ``with speaking("de"): card(...)``.
"""

import gettext
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.lists import format_list

from domain.models.family import HourCycle

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "carecircle"


@dataclass(frozen=True, slots=True)
class _Language:
    catalogue: gettext.NullTranslations
    locale: Locale


# The English locale that writes "Thursday 3 December" and "08:00, 14:00 and 20:00".
_ENGLISH = _Language(gettext.NullTranslations(), Locale("en", "GB"))
_spoken: ContextVar[_Language] = ContextVar("spoken", default=_ENGLISH)
_hours: ContextVar[HourCycle] = ContextVar("hours", default=HourCycle.H23)

# The part of an IETF tag that catalogues distinguish: "pt", "pt-br", "zh-hant", "zh-hant-tw".
_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})  # Unicode classes of letters and digits


@lru_cache(maxsize=64)
def _language(tag: str, locales: Path) -> _Language:
    """English if there is no catalogue for *tag* under *locales*."""
    # The tag comes from the user's app and becomes a folder name, so only real tags are let
    # through.
    found = _TAG.fullmatch(tag.lower().replace("_", "-"))
    if found is None:
        return _ENGLISH
    primary, script, region = found.groups()
    parts = [primary, *([script.title()] if script else ()), *([region.upper()] if region else ())]
    # "zh_Hant_TW", then "zh_Hant", then "zh".
    names = ["_".join(parts[:count]) for count in range(len(parts), 0, -1)]
    files = gettext.find(DOMAIN, locales, languages=names, all=True)
    if not files:
        return _ENGLISH
    catalogue = gettext.translation(DOMAIN, locales, languages=names)
    return _Language(catalogue, _locale_of(Path(files[0])))


def _locale_of(catalogue: Path) -> Locale:
    """The locale of a file "pt_BR/LC_MESSAGES/carecircle.mo"."""
    try:
        return Locale.parse(catalogue.parent.parent.name)
    except (UnknownLocaleError, ValueError):
        return _ENGLISH.locale


def spoken_locales(locales: Path = LOCALES) -> Sequence[Locale]:
    """The locales of all languages with a catalogue, and English, which needs none."""
    catalogues = sorted(locales.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return [_ENGLISH.locale, *map(_locale_of, catalogues)]


@contextmanager
def speaking(
    language: str | None, *, hours: HourCycle = HourCycle.H23, locales: Path = LOCALES
) -> Iterator[None]:
    """Renders everything inside in *language* (an IETF tag; None or unknown means English), with
    the catalogues under *locales*, and times by a clock of *hours*.
    """
    token, hours_token = _spoken.set(_language(language or "en", locales)), _hours.set(hours)
    try:
        yield
    finally:
        _spoken.reset(token)
        _hours.reset(hours_token)


def count_hours(hours: HourCycle) -> None:
    """Show times by a clock of *hours* from now on, inside :func:`speaking`."""
    _hours.set(hours)


def hour_cycle() -> HourCycle:
    return _hours.get()


def locale() -> Locale:
    """The locale in use. English if the reader's language has no catalogue, so that no sentence
    mixes two languages.
    """
    return _spoken.get().locale


def _(sentence: str) -> str:
    return _spoken.get().catalogue.gettext(sentence)


def ngettext(singular: str, plural: str, count: int) -> str:
    return _spoken.get().catalogue.ngettext(singular, plural, count)


def listed(words: Sequence[str], *, joined_by: Literal["and", "or"] = "and") -> str:
    """ "08:00", "08:00 and 20:00", "08:00, 14:00 and 20:00"."""
    return _listed(tuple(words), joined_by, locale())


@lru_cache(maxsize=4_096)  # Babel looks up the pattern every time
def _listed(words: Sequence[str], joined_by: Literal["and", "or"], language: Locale) -> str:
    style: Literal["standard", "or"] = "or" if joined_by == "or" else "standard"
    return format_list(words, style=style, locale=language)


def escape(words: str) -> str:
    """Makes people's words safe inside Telegram HTML: an unescaped ``<`` fails the whole message.

    Words written from right to left are isolated from the sentence around them. Otherwise they
    would pull the next number to their side, so that "أسبرين 5 mg" would appear as "5 أسبرين mg".
    """
    escaped = html.escape(words, quote=False)
    if words.isascii() or all(unicodedata.bidirectional(c) not in _RIGHT_TO_LEFT for c in words):
        return escaped
    return f"\u2068{escaped}\u2069"
