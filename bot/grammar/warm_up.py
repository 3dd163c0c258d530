"""Loads whatever is slow the first time, before anybody waits for it."""

import gc
import logging
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.grammar.commands.appointments import understand_appointment
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.intents.known import Known
from bot.grammar.intents.reading import read_intents
from bot.grammar.people import Person
from bot.grammar.phones import parse_phone
from bot.grammar.places import load_places

log = logging.getLogger(__name__)

_LONDON = ZoneInfo("Europe/London")
_MOMENT = datetime(2026, 11, 23, 9, tzinfo=UTC)
# Lines that trigger the lazy imports: the libraries for relative days, and for telephone numbers
# and countries.
_APPOINTMENT = "Dentist in 3 days at 10:00 with Dr Weber"
_MEDICINE = "Aspirin 100 mg at 08:00 and 20:00 for 10 days"
_PHONE = "020 7946 0000"
# Each has what is said in own words looked up in all that could be meant.
_SENTENCES = (
    "gave mum her aspirin at 8",
    "when is her next appointment",
    "nobody could say what this is",
)

_at_a_time = threading.Lock()
_is_warm = threading.Event()


def warm_up(locales: Iterable[Locale] = ()) -> None:
    """Load the cities, the parsers of dates and telephone numbers, the words of sentences, and the
    formats of *locales*, and exempt all of it from garbage collection. Once per process, in a
    thread, as it takes a second or two.
    """
    with _at_a_time:
        if _is_warm.is_set():
            return
        began = time.monotonic()
        load_places()
        people = [Person("Mum", _LONDON)]
        understand_appointment(_APPOINTMENT, people=people, doctors=(), zone=_LONDON, now=_MOMENT)
        understand_medicine(_MEDICINE, people=people, now=_MOMENT)
        parse_phone(_PHONE, zone=_LONDON)
        for sentence in _SENTENCES:
            read_intents(sentence, Known(), people=people, now=_MOMENT)
        for locale in locales:
            _load(locale)
        # These objects stay. Scanning them for garbage would block the loop for 0.1 s, over and
        # over.
        gc.collect()
        gc.freeze()
        _is_warm.set()
        log.info("warmed up: seconds=%.2f", time.monotonic() - began)


def _load(locale: Locale) -> None:
    """Load a language's tables, which Babel otherwise does on first use."""
    format_date(_MOMENT.date(), "full", locale=locale)
    format_list(("", ""), locale=locale)
    format_decimal(Decimal("0.5"), locale=locale)
    locale.plural_form(1)
    locale.ordinal_form(1)
