"""How times, schedules and misunderstandings read."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from bot.grammar.problems import Misunderstood, Problem
from bot.ui.length import plain
from bot.ui.misunderstandings import misunderstood
from bot.ui.wording import DOMAIN, listed, speaking, spoken_locales
from bot.ui.words.amounts import amount_in_words, count_words, more_in_words, number_in_words
from bot.ui.words.appointment_times import days_label, days_words
from bot.ui.words.dates import (
    day_and_month,
    full_date,
    month_and_year,
    ordinal,
    short_day,
    short_weekday_names,
    weekday_name,
)
from bot.ui.words.pauses import end_words
from bot.ui.words.regimens.schedules import schedule_in_words
from bot.ui.words.times import clock_words, day_words, first_dose, named_day
from bot.ui.words.units import PIECE, plural_name, unit_name
from domain.local_time import Weekday
from domain.medicines.dosages import THINGS, Dosage
from domain.medicines.schedules.days import Cycle, Daily, Monthly, Weekly
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Schedule, Steps, WallClock

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
LONDON = ZoneInfo("Europe/London")
TOKYO = ZoneInfo("Asia/Tokyo")
EIGHT = time(8)
WORKDAYS = frozenset(Weekday(n) for n in range(5))


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (WallClock((EIGHT,), TODAY), "every day at 08:00"),
        (WallClock((EIGHT, time(20)), TODAY), "every day at 08:00 and 20:00"),
        (
            WallClock((EIGHT, time(14), time(20)), TODAY),
            "every day at 08:00, 14:00 and 20:00",
        ),
        (
            WallClock(
                (time(9),),
                TODAY,
                date(2026, 12, 3),
                Weekly(frozenset({Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY})),
            ),
            "Mon, Wed and Fri at 09:00, last day 3 December 2026",
        ),
        (WallClock((EIGHT,), TODAY, None, Weekly(WORKDAYS)), "weekdays at 08:00"),
        (
            WallClock((EIGHT,), TODAY, None, Monthly(frozenset({1, 15}))),
            "on the 1st and 15th of the month at 08:00",
        ),
        (
            WallClock((EIGHT,), TODAY, None, Monthly(frozenset({1, 29}))),
            "on the 1st and 29th of the month (in shorter months on the last day) at 08:00",
        ),
        (
            WallClock((EIGHT,), TODAY, None, Weekly(frozenset(Weekday) - WORKDAYS)),
            "weekends at 08:00",
        ),
        (
            WallClock((EIGHT,), TODAY, None, Weekly(frozenset({Weekday.SUNDAY}))),
            "every Sunday at 08:00",
        ),
        (WallClock((EIGHT,), TODAY, days=Daily(2)), "every 2 days at 08:00"),
        (
            WallClock((EIGHT,), TODAY, days=Weekly(frozenset({Weekday.MONDAY}), 2)),
            "every 2 weeks on Mon at 08:00",
        ),
        (
            WallClock((EIGHT,), TODAY, days=Monthly(frozenset({1, 22, 31}))),
            "on the 1st, 22nd and 31st of the month (in shorter months on the last day) at 08:00",
        ),
        (WallClock((EIGHT,), TODAY, days=Cycle(21, 7)), "21 days on, 7 days off at 08:00"),
        (
            Elapsed(timedelta(hours=8), NOW + timedelta(days=1)),
            "every 8 hours: 04:00, 12:00 and 20:00, from 24 November 2026 12:00",
        ),
        (Elapsed(timedelta(hours=8), NOW), "every 8 hours: 04:00, 12:00 and 20:00"),
        (
            Elapsed(timedelta(hours=8), NOW, NOW + timedelta(days=5)),
            "every 8 hours: 04:00, 12:00 and 20:00, until 28 November 2026 12:00",
        ),
        # Nobody reads twelve times; and every 7 hours, each day has others.
        (
            Elapsed(timedelta(hours=2), NOW),
            "every 2 hours, counted from 12:00 on 23 November 2026",
        ),
        (
            Elapsed(timedelta(hours=7), NOW),
            "every 7 hours, counted from 12:00 on 23 November 2026",
        ),
        # Since the clocks went back, it is an hour earlier on the wall.
        (
            Elapsed(timedelta(hours=12), datetime(2026, 10, 1, 7, tzinfo=UTC)),
            "every 12 hours: 07:00 and 19:00",
        ),
        (
            Elapsed(timedelta(hours=8), NOW, from_last_intake=True),
            "every 8 hours after the last dose",
        ),
        (
            AsNeeded(TODAY, timedelta(hours=6), 4),
            "as needed, at least 6 hours apart, at most 4 doses in 24 hours",
        ),
        (AsNeeded(TODAY, max_per_day=1), "as needed, at most 1 dose in 24 hours"),
        (
            WallClock((EIGHT, time(22)), TODAY, dosages=(Dosage("1 tablet"), Dosage("½ tablet"))),
            "1 tablet at 08:00 and ½ tablet at 22:00",
        ),
        (
            Steps(
                (
                    WallClock((EIGHT,), TODAY, date(2026, 11, 27), dosages=(Dosage("20 mg"),)),
                    WallClock((EIGHT,), date(2026, 11, 28), dosages=(Dosage("10 mg"),)),
                )
            ),
            "20 mg at 08:00, last day 27 November 2026, then 10 mg at 08:00",
        ),
        (
            WallClock((EIGHT,), date(2026, 12, 1), date(2027, 1, 3)),
            "every day at 08:00, from 1 December 2026, last day 3 January 2027",
        ),
    ],
)
def test_schedules_read_as_one_would_say_them(schedule: Schedule, words: str) -> None:
    assert schedule_in_words(schedule, zone=LONDON, today=TODAY) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 22), "yesterday"),
        (date(2026, 11, 23), "today"),
        (date(2026, 11, 24), "tomorrow"),
        (date(2026, 11, 26), "Thursday 26 November"),
        (date(2027, 1, 2), "Saturday 2 January 2027"),
    ],
)
def test_days_are_named_as_near_as_they_are(day: date, words: str) -> None:
    assert day_words(day, today=TODAY) == words


@pytest.mark.parametrize(
    ("now", "until", "words"),
    [
        (NOW, date(2026, 11, 24), "paused, resuming tomorrow, 24 November 2026"),
        (NOW, date(2026, 11, 27), "paused, resuming on Friday 27 November"),
        (NOW, date(2027, 1, 2), "paused, resuming on Saturday 2 January 2027"),
        (
            datetime(2026, 12, 31, 12, tzinfo=UTC),
            date(2027, 1, 1),
            "paused, resuming tomorrow, 1 January 2027",
        ),
    ],
)
def test_what_stays_on_a_phone_has_the_date(now: datetime, until: date, words: str) -> None:
    at = datetime.combine(until, time(), LONDON)
    assert end_words(at, zone=LONDON, now=now, stays=True) == words


def test_first_dose_says_whose_clock_it_goes_by() -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=LONDON)
    assert first_dose(at, person="Mum", zone=LONDON, now=NOW) == "First: tomorrow 08:00 Mum's time"


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        (LONDON, "08:00"),
        (ZoneInfo("Europe/Lisbon"), "08:00"),  # the same clock in winter
        (TOKYO, "08:00 Mum's time (17:00 your time)"),
        (ZoneInfo("Pacific/Honolulu"), "08:00 Mum's time (Monday 22:00 your time)"),
        (None, "08:00 Mum's time"),
    ],
)
def test_a_reader_elsewhere_sees_both_clocks(reader: ZoneInfo | None, words: str) -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=LONDON)
    assert plain(clock_words(at, person="Mum", zone=LONDON, reader_zone=reader)) == words


def test_a_time_of_another_clock_can_be_looked_up_on_the_phone() -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=LONDON)
    shown = '08:00 Mum\'s time (<tg-time unix="1795507200">17:00</tg-time> your time)'
    assert clock_words(at, person="Mum", zone=LONDON, reader_zone=TOKYO) == shown


def test_names_are_escaped() -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=LONDON)
    assert clock_words(at, person="<b>&", zone=LONDON) == "08:00 &lt;b&gt;&amp;'s time"


class Tags(HTMLParser):
    """Collects what Telegram would take for tags."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)


@pytest.mark.parametrize("suggestions", [(), ("<u>one</u>",), ("one", "two & a half", "three")])
@pytest.mark.parametrize("problem", Problem)
def test_every_misunderstanding_is_said_in_a_short_safe_sentence(
    problem: Problem, suggestions: tuple[str, ...]
) -> None:
    words = misunderstood(Misunderstood(problem, "<script>{0}" * 500, suggestions=suggestions))
    tags = Tags()
    tags.feed(words)
    assert tags.found <= {"code", "i"}
    assert words[-1] in ".?"
    assert len(words) < 500


def test_a_misunderstanding_says_what_to_type_instead() -> None:
    problem = Misunderstood(Problem.AM_OR_PM, "3", suggestions=("03:00", "15:00"))
    assert misunderstood(problem) == (
        "“3”: in the morning or in the afternoon? Type <code>03:00</code> or <code>15:00</code>."
    )


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        ("12", "tablet", "12 tablets"),
        ("1", "tablet", "1 tablet"),
        ("0", "tablet", "0 tablets"),
        ("0.5", "tablet", "½ tablet"),
        ("1.5", "patch", "1½ patches"),
        ("0.25", "patch", "0.25 patch"),
        ("2", "gummy", "2 gummies"),
        ("2", "glass", "2 glasses"),
        ("2", "pessaries", "2 pessaries"),
        ("2.25", "ml", "2.25 ml"),
        ("1200", "ml", "1200 ml"),
        ("2", "mmol", "2 mmol"),
        ("30", PIECE, "30"),
    ],
)
def test_amounts_read_as_one_would_say_them(amount: str, unit: str, words: str) -> None:
    assert amount_in_words(Decimal(amount), unit) == words


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        ("2", "tablet", "2 more tablets"),
        ("0.5", "tablet", "½ more tablet"),
        ("2.5", "ml", "2½ ml more"),
        ("3", PIECE, "3 more"),
    ],
)
def test_more_of_something_reads_as_one_would_say_it(amount: str, unit: str, words: str) -> None:
    assert more_in_words(Decimal(amount), unit) == words


def test_every_thing_that_is_counted_has_a_plural() -> None:
    measures = {"ml", "l", "cl", "dl"}
    for unit in THINGS - measures:
        assert unit_name(unit, count=1) == unit
        assert plural_name(unit) not in {unit, f"{unit}ss"}
    assert {plural_name(unit) for unit in measures} == measures


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 24), date(2026, 11, 24), "tomorrow, Tuesday 24 November"),
        (date(2026, 12, 1), date(2026, 12, 14), "1–14 December"),
        (date(2026, 11, 28), date(2026, 12, 3), "28 November – 3 December"),
        (date(2027, 7, 1), date(2027, 7, 14), "1–14 July 2027"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 – 3 January 2027"),
    ],
)
def test_days_say_once_what_they_share(first: date, last: date, words: str) -> None:
    assert days_words(first, last, today=TODAY) == words


def test_buttons_have_short_days() -> None:
    assert days_label(TODAY, TODAY) == "23 Nov"
    assert days_label(date(2026, 12, 1), date(2026, 12, 14)) == "1–14 Dec"
    assert days_label(date(2026, 12, 28), date(2027, 1, 3)) == "28 Dec 2026 – 3 Jan 2027"


def catalogue_of(language: str, folder: Path, *plurals: tuple[str, ...]) -> Path:
    """Where the *plurals* of units are translated, and nothing else."""
    catalogue = Catalog(language)
    for singular, plural, *forms in plurals:
        catalogue.add((singular, plural), tuple(forms))
    (folder / language / "LC_MESSAGES").mkdir(parents=True)
    with (folder / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("wb") as file:
        write_mo(file, catalogue)
    return folder


def test_days_lists_and_decimals_are_of_the_language_that_is_spoken(tmp_path: Path) -> None:
    with speaking("de-AT", locales=catalogue_of("de", tmp_path)):
        assert full_date(TODAY) == "23. November 2026"
        assert day_and_month(date(2026, 3, 3)) == "3. März"
        assert short_day(date(2026, 3, 3)) == "3. März"
        assert month_and_year(TODAY) == "Nov. 2026"
        assert weekday_name(TODAY) == "Montag"
        assert short_weekday_names()[2] == "Mi."
        assert named_day(date(2026, 12, 1), today=TODAY) == "Dienstag 1. Dezember"
        assert days_words(date(2026, 12, 1), date(2026, 12, 14), today=TODAY) == "1.–14. Dezember"
        assert listed(["A", "B", "C"]) == "A, B und C"
        assert listed(["A", "B"], joined_by="or") == "A oder B"
        assert number_in_words(Decimal("1234.25")) == "1234,25"
        assert count_words(Decimal("0.333")) == "0,33"
    assert full_date(TODAY) == "23 November 2026"


def test_a_language_without_a_catalogue_is_not_spoken_by_halves() -> None:
    with speaking("de"):
        assert named_day(date(2026, 12, 1), today=TODAY) == "Tuesday 1 December"
        assert listed(["A", "B", "C"]) == "A, B and C"
        assert number_in_words(Decimal("2.25")) == "2.25"


@pytest.mark.parametrize(
    ("language", "forms", "spoken"),
    [
        ("fr", ("comprimé", "comprimés"), {"1.5": "1½ comprimé", "2.5": "2½ comprimés"}),
        (
            "ru",
            ("таблетка", "таблетки", "таблеток"),
            {"21": "21 таблетка", "5": "5 таблеток", "4.5": "4½ таблетки"},
        ),
    ],
)
def test_fractions_are_counted_as_the_language_does(
    language: str, forms: tuple[str, ...], spoken: dict[str, str], tmp_path: Path
) -> None:
    locales = catalogue_of(language, tmp_path, ("tablet", "tablets", *forms))
    with speaking(language, locales=locales):
        assert {each: amount_in_words(Decimal(each), "tablet") for each in spoken} == spoken


def test_numbers_of_days_have_english_endings() -> None:
    words = " ".join(ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 31))
    assert words == "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 31st"


def test_languages_with_a_catalogue_are_known_before_they_are_spoken(tmp_path: Path) -> None:
    catalogue_of("tlh", catalogue_of("de", tmp_path))  # of Klingon, CLDR knows nothing
    assert [str(locale) for locale in spoken_locales(tmp_path)] == ["en_GB", "de", "en_GB"]
