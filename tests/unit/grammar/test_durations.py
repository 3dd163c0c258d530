"""Durations: one reader for all commands."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.appointment_times.parsing import parse_duration, parse_when
from bot.grammar.commands.pauses import parse_end
from bot.grammar.durations import TypedDuration, read_ago, read_days, read_duration
from bot.grammar.problems import Misunderstood
from bot.grammar.reminders import parse_reminders
from bot.grammar.tokens import tokenize
from tests.unit.grammar.family import LONDON, NOW


def read(text: str, *, as_on_labels: bool = False) -> TypedDuration | None:
    return read_duration(tokenize(text).tokens, as_on_labels=as_on_labels)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90 min", 90),
        ("90min", 90),
        ("90-minute", 90),
        ("2 h 30", 150),
        ("2 h 30 min", 150),
        ("2h30", 150),
        ("2h30m", 150),
        ("2 hours and 30 minutes", 150),
        ("2 hrs 5 mins", 125),
        ("1 h 30 before lunch", 90),
        ("an hour", 60),
        ("an hour and a half", 90),
        ("one and a half hours", 90),
        ("two and a half hours", 150),
        ("1.5 hours", 90),
        ("1,5 h", 90),
        ("1½ hours", 90),
        ("½ hour", 30),
        ("half an hour", 30),
        ("half hour", 30),
        ("a half hour", 30),
        ("a quarter of an hour", 15),
        ("three quarters of an hour", 45),
        ("forty five minutes", 45),
        ("forty-five minutes", 45),
        ("twenty mins", 20),
    ],
)
def test_hours_and_minutes(text: str, minutes: int) -> None:
    found = read(text)
    assert found is not None
    assert found.clock == timedelta(minutes=minutes)
    assert not found.is_in_days


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("10 days", 0, 10),
        ("10d", 0, 10),
        ("a week", 0, 7),
        ("two weeks", 0, 14),
        ("2wks", 0, 14),
        ("a fortnight", 0, 14),
        ("3 months", 3, 0),
        ("a year", 12, 0),
        ("1 week and 3 days", 0, 10),
        ("2 months and 1 week", 2, 7),
    ],
)
def test_days_and_months(text: str, months: int, days: int) -> None:
    found = read(text)
    assert found is not None
    assert (int(found.months), int(found.days), int(found.minutes)) == (months, days, 0)
    assert found.is_in_days
    assert found.clock is None


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("x7d", 0, 7),
        ("x 7 days", 0, 7),
        ("x7 days", 0, 7),
        ("7/7", 0, 7),
        ("x 5/7", 0, 5),
        ("2/52", 0, 14),
        ("3/12", 3, 0),
        ("10 days", 0, 10),
    ],
)
def test_what_labels_say_is_no_duration_elsewhere(text: str, months: int, days: int) -> None:
    found = read(text, as_on_labels=True)
    assert found is not None
    assert (int(found.months), int(found.days)) == (months, days)
    assert text == "10 days" or read(text) is None


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("3 weeks 1 week off", 2),
        ("21 days and 7 days off", 2),
        ("3 weeks and 7 days off", 2),
        ("2 weeks and 3 days a week", 2),
        ("2 h 30 Harley Street", 2),
        ("2 h 30 bring x-rays", 3),
        ("an hour and 2 tablets", 2),
        ("2 days 8 hours", 2),
    ],
)
def test_what_follows_and_is_no_part_of_it_is_left(text: str, used: int) -> None:
    found = read(text)
    assert found is not None
    assert found.tokens_used == used


@pytest.mark.parametrize(
    "text",
    ["", "half past nine", "half", "9", "soon", "10", "x-ray", "a", "quarter to nine", '"10 days"'],
)
def test_no_durations(text: str) -> None:
    assert read(text) is None
    assert read(text, as_on_labels=True) is None


def test_a_month_ends_before_the_same_day_of_the_next_one() -> None:
    def end(text: str, first: date) -> date:
        found = read(text)
        assert found is not None
        return found.end_after(first)

    assert end("a month", date(2026, 12, 3)) == date(2027, 1, 3)
    assert end("a month", date(2027, 1, 31)) == date(2027, 2, 28)
    assert end("3 months", date(2026, 11, 30)) == date(2027, 2, 28)
    assert end("a year", date(2028, 2, 29)) == date(2029, 2, 28)
    for wrong in ("0 days", "1.5 weeks", "90 min", "11 years", "-3 days"):
        with pytest.raises(Misunderstood):
            end(wrong, date(2026, 12, 3))


def test_what_one_command_reads_all_of_them_read() -> None:
    now = NOW.replace(tzinfo=None)
    for text in ("90 min", "1h30", "an hour and a half", "1 h 30", "one and a half hours"):
        assert parse_duration(text, begins=now, zone=LONDON) == timedelta(minutes=90)
        assert parse_duration(f"for {text}", begins=now, zone=LONDON) == timedelta(minutes=90)
        assert parse_when(f"tomorrow 10:00 for {text}", zone=LONDON, now=NOW).duration == timedelta(
            minutes=90
        )
        assert parse_reminders(f"{text} before") == (90,)
        assert read_ago(tokenize(f"{text} ago").tokens) == timedelta(minutes=90)
    today = NOW.date()
    for text in ("a fortnight", "two weeks", "14 days", "2wks"):
        assert parse_end(f"for {text}", today=today).resumes_on == today + timedelta(days=14)
        assert read_days(tokenize(text).tokens) == (14, len(tokenize(text).tokens))
        assert parse_reminders(text) == (14 * 1440,)


def test_a_series_for_three_months_ends_by_the_calendar() -> None:
    when = parse_when("every tuesday 10:00 from 1 december for 3 months", zone=LONDON, now=NOW)
    assert when.rule is not None
    assert when.rule.until is not None
    assert when.rule.until.date() == date(2027, 2, 28)


@given(st.text(alphabet="0123456789/½.,-+ xhdmw andhalfoquter", max_size=30))
def test_whatever_is_typed_is_read_or_left(text: str) -> None:
    tokens = tokenize(text).tokens
    found = read_duration(tokens, as_on_labels=True)
    assert found is None or 1 <= found.tokens_used <= len(tokens)
