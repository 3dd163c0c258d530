"""Rhythms: read, said, and read back from what is said."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.appointment_times.parsing import parse_when
from bot.grammar.appointment_times.repeats import read_repeat
from bot.grammar.commands.repeat_changes import parse_repeat_change
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
    st.builds(Recurrence, st.just(Frequency.YEARLY), st.integers(1, 9)),
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


@given(RULES, ENDS)
def test_a_rhythm_reads_back_from_the_words_that_say_it(
    rule: Recurrence, end: dict[str, datetime | int]
) -> None:
    rule = Recurrence(**{**rule.__dict__, **end})
    words = repeat_words(rule, first=NOW.date())
    read = parse_when(f"{words} 10:00", zone=LONDON, now=NOW)
    assert read.problem is None
    assert read.rule == rule


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
