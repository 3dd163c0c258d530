"""Rhythms: read, said, and read back from what is said."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.appointment_times.parsing import parse_when
from bot.grammar.appointment_times.repeats import read_repeat
from bot.grammar.commands.repeat_changes import parse_repeat_change
from bot.grammar.problems import Problem
from bot.grammar.tokens import tokenize
from bot.ui.words.repeats import repeat_words
from domain.appointments.recurrences import ByDay, Frequency, Nth, Recurrence
from domain.local_time import Weekday
from tests.unit.grammar.family import LONDON, NOW, rule_of, understood


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Physio every Tuesday 10:00", "FREQ=WEEKLY;BYDAY=TU"),
        ("Physio Tuesdays 10:00", "FREQ=WEEKLY;BYDAY=TU"),
        ("Physio every Tue and Thu 10:00", "FREQ=WEEKLY;BYDAY=TU,TH"),
        ("Physio every other Tuesday 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("Physio every 2 weeks on Friday 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("Physio weekdays 10:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("Physio daily 10:00", "FREQ=DAILY"),
        ("Physio every evening at 8", "FREQ=DAILY"),
        ("Physio every 3 days 10:00 from tomorrow", "FREQ=DAILY;INTERVAL=3"),
        ("Physio tomorrow 10:00 every week", "FREQ=WEEKLY"),
        ("Physio first Monday of every month 11:00", "FREQ=MONTHLY;BYDAY=1MO"),
        ("Physio every last Friday of the month 11:00", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("Physio every month on the 3rd 11:00", "FREQ=MONTHLY;BYMONTHDAY=3"),
        ("Physio on the 15th of every month 11:00", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("Physio last day of the month 11:00", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        (
            "Physio on the 31st of every month 11:00",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        ),
        (
            "Physio every 2 months on the 30th 11:00",
            "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=28,29,30;BYSETPOS=-1",
        ),
        ("Physio 3 Dec 11:00 yearly", "FREQ=YEARLY"),
        ("Physio every Tuesday 10:00 until 1 March", "FREQ=WEEKLY;UNTIL=20270301T235959Z;BYDAY=TU"),
        ("Physio every Tuesday 10:00 10 times", "FREQ=WEEKLY;COUNT=10;BYDAY=TU"),
        ("Physio tomorrow every week for 3 weeks 9:00", "FREQ=WEEKLY;UNTIL=20261215T235959Z"),
    ],
)
def test_rhythms(text: str, rule: str) -> None:
    found = understood(text)
    assert found.problem is None
    assert found.title == "Physio"
    assert rule_of(text) == rule


RULES = st.one_of(
    st.builds(Recurrence, st.just(Frequency.DAILY), st.integers(1, 9)),
    st.builds(
        lambda interval, days: Recurrence(
            Frequency.WEEKLY, interval, by_day=tuple(ByDay(day) for day in sorted(days))
        ),
        st.integers(1, 9),
        st.sets(st.sampled_from(Weekday), min_size=1, max_size=6),
    ),
    st.builds(
        lambda interval, day, nth: Recurrence(
            Frequency.MONTHLY, interval, by_day=(ByDay(day, nth),)
        ),
        st.integers(1, 9),
        st.sampled_from(Weekday),
        st.sampled_from([Nth.FIRST, Nth.SECOND, Nth.THIRD, Nth.FOURTH, Nth.LAST]),
    ),
    st.builds(
        lambda interval, day: Recurrence.monthly(day, interval=interval),
        st.integers(1, 9),
        st.sampled_from([*range(1, 32), -1]),
    ),
    st.builds(
        lambda interval, days: Recurrence(
            Frequency.MONTHLY,
            interval,
            by_day=tuple(sorted(days, key=lambda day: (day.nth < 0, day.nth, day.weekday))),
        ),
        st.integers(1, 9),
        st.sets(
            st.builds(
                ByDay,
                st.sampled_from(Weekday),
                st.sampled_from([Nth.FIRST, Nth.SECOND, Nth.THIRD, Nth.FOURTH, Nth.LAST]),
            ),
            min_size=2,
            max_size=4,
        ),
    ),
    st.builds(
        lambda interval, days: Recurrence(
            Frequency.MONTHLY,
            interval,
            by_month_day=tuple(sorted(days, key=lambda day: (day < 0, day))),
        ),
        st.integers(1, 9),
        st.sets(st.sampled_from([*range(1, 29), -1]), min_size=2, max_size=4),
    ),
    st.builds(Recurrence, st.just(Frequency.YEARLY), st.integers(1, 9)),
)
EXCEPTIONS = st.sets(
    st.integers(1, 900).map(lambda days: NOW.date() + timedelta(days=days)), max_size=4
)
ENDS = st.one_of(
    st.just({}),
    st.builds(lambda count: {"count": count}, st.integers(1, 99)),
    st.builds(
        lambda days: {
            "until": datetime.combine(NOW.date() + timedelta(days=days), time(23, 59, 59))
        },
        st.integers(1, 900),
    ),
)


@given(RULES, ENDS, EXCEPTIONS)
def test_a_rhythm_reads_back_from_the_words_that_say_it(
    rule: Recurrence, end: dict[str, datetime | int], left_out: set[date]
) -> None:
    rule = Recurrence(**{**rule.__dict__, **end}).except_for(left_out)
    words = repeat_words(rule, first=NOW.date())
    read = parse_when(f"{words} 10:00", zone=LONDON, now=NOW)
    assert read.problem is None
    assert read.rule is not None
    assert replace(read.rule, by_day=()) == replace(rule, by_day=())
    assert set(read.rule.by_day) == set(rule.by_day)


@pytest.mark.parametrize(
    ("rule", "first", "words"),
    [
        (
            Recurrence.monthly(31),
            date(2027, 2, 28),
            "every month on the 31st (in shorter months on the last day)",
        ),
        (Recurrence.monthly(-1), date(2027, 2, 28), "every month on the last day"),
        (Recurrence.monthly(28), date(2027, 2, 28), "every month on the 28th"),
        # Series that were begun before shorter months were reckoned with are left as they are.
        (
            Recurrence(Frequency.MONTHLY, by_month_day=(31,)),
            date(2027, 1, 31),
            "every month on the 31st (not in shorter months)",
        ),
        (
            Recurrence(Frequency.MONTHLY, 2),
            date(2027, 1, 30),
            "every 2 months on the 30th (not in shorter months)",
        ),
        (
            Recurrence(Frequency.YEARLY).with_shorter_months(datetime(2028, 2, 29)),
            date(2029, 2, 28),
            "every year on 29 February (in other years on the 28th)",
        ),
        (
            Recurrence(Frequency.YEARLY),
            date(2028, 2, 29),
            "every year on 29 February (not in other years)",
        ),
        (Recurrence(Frequency.YEARLY), date(2028, 2, 28), "every year"),
    ],
)
def test_a_day_that_some_months_lack_says_what_it_does_then(
    rule: Recurrence, first: date, words: str
) -> None:
    assert repeat_words(rule, first=first) == words


@pytest.mark.parametrize(
    ("text", "rule", "start"),
    [
        ("every month", Recurrence.monthly(31), datetime(2027, 1, 31, 10)),
        ("every month on the 30th", Recurrence.monthly(30), datetime(2027, 2, 28, 10)),
    ],
)
def test_a_rhythm_that_is_changed_reckons_with_shorter_months(
    text: str, rule: Recurrence, start: datetime
) -> None:
    begins = datetime(2027, 2, 28, 10) if "30th" in text else datetime(2027, 1, 31, 10)
    weekly = Recurrence(Frequency.WEEKLY)
    changed = parse_repeat_change(text, old=weekly, start=begins, zone=LONDON, now=NOW)
    assert (changed.rule, changed.start) == (rule, start)


def test_another_end_leaves_a_series_what_it_was() -> None:
    old, start = Recurrence(Frequency.MONTHLY), datetime(2027, 1, 31, 10)
    changed = parse_repeat_change("until 1 June 2027", old=old, start=start, zone=LONDON, now=NOW)
    assert changed.rule.without_end() == old


def test_alternate_days_of_the_week_are_every_other_one() -> None:
    alternate, other = (
        read_repeat(tokenize(words).tokens)
        for words in ("alternate Tuesdays", "every other Tuesday")
    )
    assert alternate is not None
    assert other is not None
    assert alternate.rule == other.rule
    assert alternate.tokens_used == 2


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("every weekend 10:00", "FREQ=WEEKLY;BYDAY=SA,SU"),
        ("weekends 10:00", "FREQ=WEEKLY;BYDAY=SA,SU"),
        ("every mon-fri 10:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every monday to wednesday 10:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE"),
        ("mondays to fridays 10:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every alternate Tuesday 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("alternate Tuesdays 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("alternate weekends 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU"),
        ("alternate days from tomorrow 10:00", "FREQ=DAILY;INTERVAL=2"),
        ("every 2nd week from tomorrow 10:00", "FREQ=WEEKLY;INTERVAL=2"),
        ("every second week on Friday 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("every fourth week on Friday 10:00", "FREQ=WEEKLY;INTERVAL=4;BYDAY=FR"),
        ("biweekly tuesdays 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("once a week on Friday 10:00", "FREQ=WEEKLY;BYDAY=FR"),
        ("twice a week on Tuesday and Friday 10:00", "FREQ=WEEKLY;BYDAY=TU,FR"),
        ("every 3 months on the 3rd 10:00", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=3"),
        ("second and fourth tuesday of every month 10:00", "FREQ=MONTHLY;BYDAY=2TU,4TU"),
        ("every second and fourth tuesday 10:00", "FREQ=MONTHLY;BYDAY=2TU,4TU"),
        ("first monday and third thursday of the month 10:00", "FREQ=MONTHLY;BYDAY=1MO,3TH"),
        ("every first of the month 10:00", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("every half year on the 3rd 10:00", "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=3"),
        ("half-yearly from 3 December 10:00", "FREQ=MONTHLY;INTERVAL=6"),
        ("every last friday 10:00", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("every month on the first and last friday 10:00", "FREQ=MONTHLY;BYDAY=1FR,-1FR"),
        ("on the 1st and 15th of every month 10:00", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("15th and last day of every month 10:00", "FREQ=MONTHLY;BYMONTHDAY=15,-1"),
        ("every mon/wed/fri 10:00", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ("every day from Monday to Friday 10:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("twice weekly on Tuesday and Friday 10:00", "FREQ=WEEKLY;BYDAY=TU,FR"),
        ("every 29 December 10:00", "FREQ=YEARLY"),
        ("every Tuesday 10:00 starting in January", "FREQ=WEEKLY;BYDAY=TU"),
        ("every Tuesday from January 10:00", "FREQ=WEEKLY;BYDAY=TU"),
        ("in December every Tuesday 10:00", "FREQ=WEEKLY;UNTIL=20261231T235959Z;BYDAY=TU"),
        ("every day but sunday 10:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("every day except sundays 10:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("every day 10:00 but not on the weekend", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        (
            "every Tuesday except 29 December 10:00",
            "FREQ=WEEKLY;BYDAY=TU\nEXDATE;VALUE=DATE:20261229",
        ),
        (
            "every Tuesday 10:00 except on 22 and 29 December",
            "FREQ=WEEKLY;BYDAY=TU\nEXDATE;VALUE=DATE:20261222,20261229",
        ),
        (
            "every Tuesday 10:00 but not on December 22 and 29",
            "FREQ=WEEKLY;BYDAY=TU\nEXDATE;VALUE=DATE:20261222,20261229",
        ),
        (
            "every Tuesday but not 22, 29 December and 5 January 10:00",
            "FREQ=WEEKLY;BYDAY=TU\nEXDATE;VALUE=DATE:20261222,20261229,20270105",
        ),
        (
            "every Tuesday except 22 December to 5 January 10:00",
            "FREQ=WEEKLY;BYDAY=TU\nEXDATE;VALUE=DATE:20261222,20261229,20270105",
        ),
        (
            "every Tuesday except 22-29 December 10:00 until 1 March",
            "FREQ=WEEKLY;UNTIL=20270301T235959Z;BYDAY=TU\nEXDATE;VALUE=DATE:20261222,20261229",
        ),
        (
            "every Tuesday except Tuesday 29 December 10:00",
            "FREQ=WEEKLY;BYDAY=TU\nEXDATE;VALUE=DATE:20261229",
        ),
        (
            "every Tuesday 10:00 not on 29 December",
            "FREQ=WEEKLY;BYDAY=TU\nEXDATE;VALUE=DATE:20261229",
        ),
        ("every Tuesday in December 10:00", "FREQ=WEEKLY;UNTIL=20261231T235959Z;BYDAY=TU"),
        ("every Tuesday 10:00 in December", "FREQ=WEEKLY;UNTIL=20261231T235959Z;BYDAY=TU"),
        (
            "every Tuesday in December except 29 December 10:00",
            "FREQ=WEEKLY;UNTIL=20261231T235959Z;BYDAY=TU\nEXDATE;VALUE=DATE:20261229",
        ),
        (
            "every Tuesday in december and january 10:00",
            "FREQ=WEEKLY;UNTIL=20270131T235959Z;BYDAY=TU",
        ),
        ("every Tuesday in June 2027 10:00", "FREQ=WEEKLY;UNTIL=20270630T225959Z;BYDAY=TU"),
    ],
)
def test_rhythms_as_letters_have_them(text: str, rule: str) -> None:
    found = understood(f"Physio {text}")
    assert (found.problem, found.title, found.place) == (None, "Physio", None)
    assert rule_of(f"Physio {text}") == rule
    assert found.when.clock == time(10)


@pytest.mark.parametrize(
    ("text", "problem", "suggestions"),
    [
        ("biweekly", Problem.REPEAT_AMBIGUOUS, ("every 2 weeks", "twice a week")),
        (
            "biweekly on tuesday and friday",
            Problem.REPEAT_AMBIGUOUS,
            ("every tuesday and friday", "every 2 weeks on tuesday and friday"),
        ),
        (
            "every 2nd Tuesday",
            Problem.REPEAT_AMBIGUOUS,
            ("every 2 weeks on tuesday", "2nd tuesday of every month"),
        ),
        (
            "every fourth Tuesday",
            Problem.REPEAT_AMBIGUOUS,
            ("every 4 weeks on tuesday", "fourth tuesday of every month"),
        ),
        (
            "last friday",
            Problem.REPEAT_AMBIGUOUS,
            ("last friday of every month", "last friday of this month"),
        ),
        (
            "first and third monday",
            Problem.REPEAT_AMBIGUOUS,
            ("first and third monday of every month",),
        ),
        ("mon-fri", Problem.REPEAT_AMBIGUOUS, ("every mon-fri", "mon to fri")),
        ("mon/wed/fri", Problem.EVERY_WEEK, ("every mon/wed/fri",)),
        ("twice a week", Problem.WEEKDAYS_MISSING, ()),
        ("twice weekly", Problem.WEEKDAYS_MISSING, ()),
        ("3 times a week on tuesday", Problem.CONTRADICTION, ()),
        ("on the 15th and 31st of every month", Problem.REPEAT_AMBIGUOUS, None),
        ("every Tuesday except sundays", Problem.EXCEPTION_MISSES, ()),
        ("every Tuesday except over Christmas", Problem.EXCEPTION_UNREADABLE, ()),
        (
            "every Tuesday except 5/1",
            Problem.EXCEPTION_UNREADABLE,
            ("except 5 January 2027", "except 1 May 2027"),
        ),
        (
            "every Tuesday except 22 December until 5 January",
            Problem.EXCEPTION_UNREADABLE,
            ("except 22 december to 5 january", "except 22 december, until 5 january"),
        ),
        ("3 December except 29 December", Problem.EXCEPTION_OF_ONE, ()),
        ("every other Tuesday except 22 December to 5 January", Problem.EXCEPTION_UNREADABLE, ()),
    ],
)
def test_what_can_be_two_rhythms_is_asked(
    text: str, problem: Problem, suggestions: tuple[str, ...] | None
) -> None:
    found = understood(f"Physio {text} 10:00")
    assert found.problem is not None
    assert (found.title, found.problem.problem) == ("Physio", problem)
    assert suggestions is None or found.problem.suggestions == suggestions
    if problem is Problem.REPEAT_AMBIGUOUS:
        assert found.when.rule is None
        for each in found.problem.suggestions:
            if each not in {"twice a week", "mon to fri"}:
                assert understood(f"Physio {each} 10:00").problem is None


def test_a_month_is_the_next_one_of_its_name() -> None:
    def first_and_last(text: str, now: datetime) -> tuple[date | None, date | None]:
        when = parse_when(f"every tuesday {text} 10:00", zone=LONDON, now=now)
        until = when.rule.until if when.rule else None
        return when.day, until.date() if until else None

    middle = datetime(2026, 12, 16, 9, tzinfo=LONDON)
    assert first_and_last("in December", middle) == (date(2026, 12, 16), date(2026, 12, 31))
    assert first_and_last("in January", middle) == (date(2027, 1, 1), date(2027, 1, 31))
    assert first_and_last("in november", middle) == (date(2027, 11, 1), date(2027, 11, 30))
    assert first_and_last("in december and january", middle) == (
        date(2026, 12, 16),
        date(2027, 1, 31),
    )
    assert first_and_last("in june to august", middle) == (date(2027, 6, 1), date(2027, 8, 31))


def test_dates_by_their_weekday_in_a_month() -> None:
    for text, day in (
        ("last friday of this month", date(2026, 11, 27)),
        ("first monday of next month", date(2026, 12, 7)),
        ("first monday of december", date(2026, 12, 7)),
        ("the last friday of january 2028", date(2028, 1, 28)),
        ("second tuesday of november", date(2027, 11, 9)),
    ):
        assert understood(f"Dentist {text} 10:00").when.day == day


def test_exceptions_are_said_and_read_back() -> None:
    rule = Recurrence(Frequency.WEEKLY, by_day=(ByDay(Weekday.TUESDAY),))
    rule = rule.except_for([date(2026, 12, 29), date(2027, 1, 5)])
    words = repeat_words(rule, first=NOW.date())
    assert words == "every Tuesday, except on 29 December 2026 and 5 January 2027"
    assert parse_when(f"{words} 10:00", zone=LONDON, now=NOW).rule == rule
    both = Recurrence(
        Frequency.MONTHLY, by_day=(ByDay(Weekday.TUESDAY, 2), ByDay(Weekday.TUESDAY, 4))
    )
    words = repeat_words(both, first=NOW.date())
    assert words == "every month on the second and fourth Tuesday"
    assert parse_when(f"{words} 10:00", zone=LONDON, now=NOW).rule == both
    days = Recurrence(Frequency.MONTHLY, by_month_day=(1, 15, -1))
    words = repeat_words(days, first=NOW.date())
    assert words == "every month on the 1st, 15th and last day"
    assert parse_when(f"{words} 10:00", zone=LONDON, now=NOW).rule == days
