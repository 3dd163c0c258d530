"""`/addmed` lines and their meaning: the table in `medicines.txt`, and what it cannot say.

It is Monday, 23 November 2026, noon in London. A meaning is "name | dosage | schedule | person",
with "?" where it is shown before it is saved, or the problem and the words concerned.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.grammar.commands.medicines import PartialMedicine, understand_medicine
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.parsing import parse_schedule
from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import Cycle, Daily, Monthly, Weekly
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
MUM = Person("Mum", LONDON)
FAMILY = [Person(name, LONDON) for name in ("Mum", "May", "Aunt May", "José")]
MG_100 = Dosage("100 mg", Decimal(100), "mg")
CORPUS = Path(__file__).with_name("medicines.txt")


def corpus() -> list[tuple[str, str, bool]]:
    """Each line with its meaning, and whether it was typed among several people."""
    rows: list[tuple[str, str, bool]] = []
    is_among_several = False
    for row in CORPUS.read_text(encoding="utf-8").splitlines():
        if row.startswith("#"):
            is_among_several = row.startswith("# Among")
        elif row:
            typed, meaning = row.split("  ->  ")
            typed = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), typed)
            rows.append((typed.replace("\\n", "\n"), meaning, is_among_several))
    return rows


def understood(typed: str, people: Sequence[Person]) -> PartialMedicine:
    """All of a line. Raises Misunderstood with what is wrong or missing."""
    medicine = understand_medicine(typed, people=people, now=NOW)
    if medicine.problem is not None:
        raise medicine.problem
    return medicine


def meaning_of(medicine: PartialMedicine) -> str:
    assert medicine.name
    assert medicine.dosage
    assert medicine.schedule
    assert medicine.person
    parts = [medicine.name, medicine.dosage.words, in_short(medicine.schedule)]
    parts.append(medicine.person.name)
    return " | ".join(parts if medicine.is_certain else [*parts, "?"])


def in_short(schedule: Schedule) -> str:
    """Independent of the views: "mon,wed 09:00 from 2026-12-01 until 2026-12-03"."""
    match schedule:
        case Steps(steps=steps):
            return " then ".join(map(in_short, steps))
        case Combined(plans=plans):
            return " beside ".join(map(in_short, plans))
        case Elapsed():
            return elapsed_in_short(schedule)
        case AsNeeded():
            words = ["prn"]
            if schedule.min_interval:
                words.append(f"{schedule.min_interval // timedelta(minutes=1)}min apart")
            if schedule.max_per_day:
                words.append(f"max {schedule.max_per_day}")
        case WallClock():
            words = wall_clock_in_short(schedule)
    if schedule.starts_on != NOW.date():
        words.append(f"from {schedule.starts_on}")
    if schedule.ends_on is not None:
        words.append(f"until {schedule.ends_on}")
    return " ".join(words)


def wall_clock_in_short(schedule: WallClock) -> list[str]:
    words = [f"{at:%H:%M}" for at in schedule.times]
    if schedule.dosages:
        words = [f"{dosage.words}@{at}" for dosage, at in zip(schedule.dosages, words, strict=True)]
    match schedule.days:
        case Daily(every=every):
            days = f"every{every}" if every > 1 else ""
        case Weekly(weekdays=weekdays, every=every):
            names = ",".join(Weekday(d).name[:3].lower() for d in sorted(weekdays))
            days = f"{names}/{every}w" if every > 1 else names
        case Monthly(days=of_month):
            days = "month:" + ",".join(map(str, sorted(of_month)))
        case Cycle(days_on=on, days_off=off):
            days = f"{on}on{off}off"
    return [days, *words] if days else words


def elapsed_in_short(schedule: Elapsed) -> str:
    words = [f"each {schedule.every // timedelta(minutes=1)}min from {schedule.starts_at:%d %H:%M}"]
    if schedule.from_last_intake:
        words.append("after last")
    if schedule.ends_at:
        words.append(f"before {schedule.ends_at:%m-%d %H:%M}")
    return " ".join(words)


@pytest.mark.parametrize(("typed", "meaning", "is_among_several"), corpus())
def test_typed_line_means_what_the_table_says(
    typed: str, meaning: str, is_among_several: bool
) -> None:
    people = FAMILY if is_among_several else [MUM]
    try:
        meant = meaning_of(understood(typed, people))
    except Misunderstood as problem:
        meant = f"{problem.problem.name}: {problem.words}".removesuffix(": ")
    assert meant == meaning


def test_the_table_is_long_enough_to_trust() -> None:
    assert len(corpus()) >= 320


@pytest.mark.parametrize(
    ("typed", "suggestions"),
    [
        ("Aspirin 100 mg at 3", ("03:00", "15:00")),
        ("Aspirin 100 mg at 12", ("00:00", "12:00")),
        ("Aspirin 100 mg 24:00", ("00:00",)),
        ("Aspirin 1,000 mg 8am", ("1000 mg", "1 mg")),
        ("Aspirin 1,500 mg 8am", ("1500 mg", "1.5 mg")),
        ("Aspirin 1 000 mg 8am", ("1000 mg",)),
        ("Aspirin 05 mg 8am", ("5 mg", "0.5 mg")),
        ("Aspirin 100 8am", ("100 mg", "100 tablets")),
        ("Aspirin 100 mg 8am until 3/12", ("3 December 2026", "12 March 2027")),
        ("Aspirin 100 mg 8am until monday", ("23 November 2026", "30 November 2026")),
        ("Aspirin 100 mg 8am from next friday", ("27 November 2026", "4 December 2026")),
        ("Aspirin 100 mg 8am until 20 Nov", ("20 November 2026", "20 November 2027")),
        ("Aspirin 100 mg mon until fri 8am", ("mon-fri",)),
        ("Aspirin 100 mg tomorrow 8am", ("from tomorrow", "from tomorrow for 1 day")),
        ("Aspirin 100 mg 8am for mun", ("Mum",)),
    ],
)
def test_what_could_be_meant_is_offered(typed: str, suggestions: tuple[str, ...]) -> None:
    with pytest.raises(Misunderstood) as caught:
        understood(typed, [MUM])
    assert caught.value.suggestions == suggestions


def test_everybody_is_offered_when_it_is_not_said_whom_it_is_for() -> None:
    with pytest.raises(Misunderstood) as caught:
        understood("Aspirin 100 mg 8am", FAMILY)
    assert caught.value.suggestions == ("Mum", "May", "Aunt May", "José")


def test_two_people_of_one_name_are_asked_about() -> None:
    with pytest.raises(Misunderstood) as caught:
        understood("Aspirin 100 mg 8am for Mum", [MUM, Person("mum", LONDON)])
    assert caught.value.problem is Problem.WHICH_PERSON


def test_nobody_to_care_for_comes_before_all_other_problems() -> None:
    with pytest.raises(Misunderstood) as caught:
        understood("Aspirin at 3", [])
    assert caught.value.problem is Problem.NOBODY_CARED_FOR


def test_person_comes_back_as_the_one_that_was_given() -> None:
    draft = understood("Aspirin 100 mg 8am for aunt may", FAMILY)
    assert draft.person is FAMILY[2]


def test_only_what_is_missing_is_left_to_ask() -> None:
    typed = understand_medicine("Aspirin", people=[MUM], now=NOW)
    assert (typed.name, typed.dosage, typed.schedule, typed.person) == ("Aspirin", None, None, MUM)
    assert typed.problem is not None
    assert typed.problem.problem is Problem.DOSAGE_MISSING
    assert typed.problem.problem.is_missing


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Vitamin D weekly on sunday at 09:00", "Vitamin D"),
        ("Vitamin D on sundays at 9am", "Vitamin D"),
        ("Vitamin D in the morning", "Vitamin D"),
        ("Vitamin D three times a day", "Vitamin D"),
        ("Vitamin D 3 times a day", "Vitamin D"),
        ("Vitamin D morning and evening", "Vitamin D"),
        ("Vitamin D before breakfast", "Vitamin D"),
        ("Vitamin D nightly", "Vitamin D"),
        ("Vitamin D for 5 days", "Vitamin D"),
        ("Vitamin D when needed", "Vitamin D"),
        ("Omega 3 weekly on friday", "Omega 3"),
        ("Vitamin B 12", "Vitamin B 12"),
        ("Cold and Flu Night", "Cold and Flu Night"),
        ("Evening Primrose oil", "Evening Primrose oil"),
    ],
)
def test_what_says_when_is_no_part_of_a_name(typed: str, name: str) -> None:
    assert understand_medicine(typed, people=[MUM], now=NOW).name == name


def test_a_wrong_part_is_told_before_a_missing_one() -> None:
    typed = understand_medicine("Aspirin at 3", people=FAMILY, now=NOW)
    assert typed.name == "Aspirin"
    assert typed.problem is not None
    assert typed.problem.problem is Problem.AM_OR_PM


def test_a_wrong_part_leaves_the_others_known() -> None:
    typed = understand_medicine("Aspirin 100 mg at 3 for Mum", people=FAMILY, now=NOW)
    assert (typed.name, typed.dosage, typed.person) == ("Aspirin", MG_100, FAMILY[0])
    assert typed.schedule is None
    assert typed.schedule_so_far == ""


@pytest.mark.parametrize(
    ("typed", "answer", "meaning"),
    [
        ("Aspirin 100 mg mon,wed,fri for 2 weeks", "9am", "mon,wed,fri 09:00 until 2026-12-08"),
        ("Aspirin 100 mg twice a day", "08:00 and 20:00", "08:00 20:00"),
        ("Aspirin 100 mg daily", "22:00", "22:00"),
        ("Aspirin daily 100 mg weekdays", "22:00", "mon,tue,wed,thu,fri 22:00"),
    ],
)
def test_times_can_be_added_to_a_schedule_that_lacks_them(
    typed: str, answer: str, meaning: str
) -> None:
    so_far = understand_medicine(typed, people=[MUM], now=NOW).schedule_so_far
    schedule = parse_schedule(f"{so_far} {answer}", zone=LONDON, now=NOW)
    assert in_short(schedule) == meaning


def test_today_is_the_day_where_the_person_lives() -> None:
    dad = Person("Dad", ZoneInfo("Pacific/Auckland"))  # already the 24th there
    draft = understood("Aspirin 100 mg 8am from today", [dad])
    assert draft.schedule == WallClock((time(8),), date(2026, 11, 24))


def test_schedule_waits_for_the_person_where_their_days_differ() -> None:
    dad = Person("Dad", ZoneInfo("Pacific/Auckland"))
    typed = understand_medicine("Aspirin 100 mg 8am", people=[MUM, dad], now=NOW)
    assert typed.schedule is None
    assert typed.schedule_so_far == "8am"
    assert typed.problem is not None
    assert typed.problem.problem is Problem.WHICH_PERSON


def test_a_message_of_4096_characters_is_refused_at_once() -> None:
    with pytest.raises(Misunderstood) as caught:
        understand_medicine("A" * 4096, people=[MUM], now=NOW)
    assert caught.value.problem is Problem.TOO_LONG


def test_a_name_of_81_characters_is_refused_and_the_rest_is_kept() -> None:
    typed = understand_medicine("A" * 81 + " 100 mg 8am", people=[MUM], now=NOW)
    assert typed.name is None
    assert typed.dosage == MG_100
    assert typed.problem is not None
    assert typed.problem.problem is Problem.NAME_TOO_LONG
