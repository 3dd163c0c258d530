"""Recurrence rules of RFC 5545, against another implementation of it and across clock changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.appointments.moved_recurrences import move_recurrence
from domain.appointments.recurrences import (
    RECURRENCE_HORIZON,
    ByDay,
    Frequency,
    Nth,
    Recurrence,
    UnreadableRule,
    nth_of,
    starts_until,
)
from domain.local_time import Weekday, resolve_local

LONDON = ZoneInfo("Europe/London")
CORPUS = Path(__file__).with_name("recurrences.txt")
SHOWN = 10  # starts of each rule in the corpus


def corpus() -> Iterator[tuple[str, datetime, list[str]]]:
    for line in CORPUS.read_text().splitlines():
        rule, first, others = line.split("|")
        yield rule, datetime.fromisoformat(first), [first[:10], *filter(None, others.split(","))]


def test_two_thousand_random_rules_come_when_ical_js_says() -> None:
    """The corpus was expanded by ical.js, see recurrences.mjs beside it."""
    checked = 0
    for text, first, expected in corpus():
        rule = Recurrence.from_rfc5545(text, LONDON)
        starts = islice(rule.starts(first, until=first + RECURRENCE_HORIZON), SHOWN)
        assert [f"{start:%Y-%m-%d}" for start in starts] == expected, text
        checked += 1
    assert checked == 2_000


def test_every_rule_of_the_corpus_is_written_as_it_was_read() -> None:
    for text, first, _ in corpus():
        rule = Recurrence.from_rfc5545(text, LONDON)
        again = Recurrence.from_rfc5545(rule.to_rfc5545(LONDON), LONDON)
        assert again == rule
        assert starts_until(again, first, until=first + timedelta(days=400)) == starts_until(
            rule, first, until=first + timedelta(days=400)
        )


RULES = st.builds(
    Recurrence,
    frequency=st.sampled_from(Frequency),
    interval=st.integers(1, 12),
    count=st.none() | st.integers(1, 40),
)
LOCALS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


def by_definition(rule: Recurrence, first: datetime, *, until: datetime) -> list[datetime]:
    """The starts of a rule without BY parts, counted day by day."""
    found: list[datetime] = []
    day, unit = first, rule.frequency
    while day <= until and len(found) < (rule.count or 10**6):
        days = (day.date() - first.date()).days
        months = (day.year - first.year) * 12 + day.month - first.month
        fits = {
            Frequency.DAILY: days % rule.interval == 0,
            Frequency.WEEKLY: days % (7 * rule.interval) == 0,
            Frequency.MONTHLY: day.day == first.day and months % rule.interval == 0,
            Frequency.YEARLY: (day.month, day.day) == (first.month, first.day)
            and (day.year - first.year) % rule.interval == 0,
        }
        if fits[unit]:
            found.append(day)
        day += timedelta(days=1)
    return found


@settings(max_examples=300, deadline=None)
@given(RULES, LOCALS)
def test_a_plain_rhythm_is_what_its_words_say(rule: Recurrence, first: datetime) -> None:
    until = first + timedelta(days=800)
    assert list(rule.starts(first, until=until)) == by_definition(rule, first, until=until)


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe"])
def test_tuesday_at_ten_stays_tuesday_at_ten_across_both_clock_changes(zone: str) -> None:
    there = ZoneInfo(zone)
    tuesdays = Recurrence(Frequency.WEEKLY, by_day=(ByDay(Weekday.TUESDAY),))
    first = datetime(2026, 1, 6, 10)
    starts = starts_until(tuesdays, first, until=first + timedelta(days=365))
    instants = [resolve_local(start, there) for start in starts]
    assert len(instants) == 53
    assert len({instant.utcoffset() for instant in instants}) == 1  # UTC
    shown = {f"{instant.astimezone(there):%a %H:%M}" for instant in instants}
    assert shown == {"Tue 10:00"}
    assert len({instant.time() for instant in instants}) == 2  # both clocks were met


def test_an_hour_that_the_clocks_skip_is_kept_an_hour_later_on_that_day_only() -> None:
    nightly = Recurrence(Frequency.DAILY)
    starts = starts_until(nightly, datetime(2027, 3, 27, 1, 30), until=datetime(2027, 3, 29, 23))
    shown = [resolve_local(start, LONDON).astimezone(LONDON) for start in starts]
    assert [f"{at:%d %H:%M}" for at in shown] == ["27 01:30", "28 02:30", "29 01:30"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=SECONDLY",
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=101",
        "FREQ=DAILY;COUNT=1001",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTH=13",
        "FREQ=MONTHLY;BYSETPOS=0",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;UNTIL=tomorrow",
        "nonsense",
    ],
)
def test_what_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(UnreadableRule):
        Recurrence.from_rfc5545(text, LONDON)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",  # never
        "FREQ=YEARLY;INTERVAL=100",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4",  # never
    ],
)
def test_a_rule_that_never_comes_ends_soon(text: str) -> None:
    rule = Recurrence.from_rfc5545(text, LONDON)
    first = datetime(2026, 1, 31, 10)
    assert len(starts_until(rule, first, until=datetime(9999, 1, 1))) <= 1


def test_the_end_is_kept_in_utc_and_meant_by_the_wall() -> None:
    rule = Recurrence(Frequency.DAILY, until=datetime(2027, 7, 1, 23, 59, 59))
    assert rule.to_rfc5545(LONDON) == "FREQ=DAILY;UNTIL=20270701T225959Z"
    assert Recurrence.from_rfc5545("FREQ=DAILY;UNTIL=20270701T225959Z", LONDON) == rule


def test_a_rhythm_moves_with_one_of_its_days() -> None:
    both = Recurrence(Frequency.WEEKLY, by_day=(ByDay(Weekday.TUESDAY), ByDay(Weekday.THURSDAY)))
    moved = move_recurrence(both, old=datetime(2026, 11, 24, 10), new=datetime(2026, 11, 25, 11))
    assert [day.weekday for day in moved.by_day] == [Weekday.WEDNESDAY, Weekday.FRIDAY]
    first_monday = Recurrence(Frequency.MONTHLY, by_day=(ByDay(Weekday.MONDAY, Nth.FIRST),))
    later = move_recurrence(
        first_monday, old=datetime(2026, 12, 7, 11), new=datetime(2026, 12, 9, 11)
    )
    assert later.by_day == (ByDay(Weekday.WEDNESDAY, Nth.SECOND),)
    last_friday = Recurrence(Frequency.MONTHLY, by_day=(ByDay(Weekday.FRIDAY, Nth.LAST),))
    still_last = move_recurrence(
        last_friday, old=datetime(2026, 11, 27, 11), new=datetime(2026, 11, 30, 11)
    )
    assert still_last.by_day == (ByDay(Weekday.MONDAY, Nth.LAST),)
    third = Recurrence(Frequency.MONTHLY, by_month_day=(3,))
    assert move_recurrence(
        third, old=datetime(2026, 12, 3, 9), new=datetime(2026, 12, 5, 9)
    ).by_month_day == (5,)


def shown(rule: Recurrence, first: datetime, *, count: int = 5) -> list[str]:
    starts = islice(rule.starts(first, until=first + RECURRENCE_HORIZON), count)
    return [f"{start:%Y-%m-%d}" for start in starts]


def test_the_31st_is_the_last_day_of_shorter_months() -> None:
    """As it is for medicines; the rule says so to other calendars, too."""
    rule = Recurrence.monthly(31)
    assert rule.to_rfc5545(LONDON) == "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
    assert shown(rule, datetime(2026, 1, 31, 10)) == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]
    assert rule.first_from(datetime(2028, 2, 5)) == datetime(2028, 2, 29)


@pytest.mark.parametrize(
    ("day", "of_february", "of_april"), [(28, 28, 28), (29, 28, 29), (30, 28, 30), (31, 28, 30)]
)
def test_each_day_that_a_month_may_lack(day: int, of_february: int, of_april: int) -> None:
    rule = Recurrence.monthly(day)
    assert rule.first_from(datetime(2027, 2, 1)) == datetime(2027, 2, of_february)
    assert rule.first_from(datetime(2027, 4, 1)) == datetime(2027, 4, of_april)
    bare = Recurrence(Frequency.MONTHLY).with_shorter_months(datetime(2027, 1, day, 10))
    assert shown(bare, datetime(2027, 1, day, 10)) == shown(rule, datetime(2027, 1, day, 10))


def test_a_leap_day_is_the_28th_in_other_years() -> None:
    first = datetime(2028, 2, 29, 10)
    rule = Recurrence(Frequency.YEARLY).with_shorter_months(first)
    assert rule.to_rfc5545(LONDON) == "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1"
    assert shown(rule, first) == [
        "2028-02-29",
        "2029-02-28",
        "2030-02-28",
        "2031-02-28",
        "2032-02-29",
    ]


@given(RULES, LOCALS)
def test_what_every_month_has_is_left_as_it_is(rule: Recurrence, first: datetime) -> None:
    is_lacking = first.day > 28 and rule.frequency is Frequency.MONTHLY
    is_lacking |= (first.month, first.day) == (2, 29) and rule.frequency is Frequency.YEARLY
    found = rule.with_shorter_months(first)
    assert (found == rule) is not is_lacking
    assert found.with_shorter_months(first) == found
    assert Recurrence.from_rfc5545(found.to_rfc5545(LONDON), LONDON) == found


def test_another_hour_on_the_last_of_february_leaves_the_31st() -> None:
    rule = Recurrence.monthly(31)
    assert (
        move_recurrence(rule, old=datetime(2027, 2, 28, 10), new=datetime(2027, 2, 28, 11)) == rule
    )
    fifth = move_recurrence(rule, old=datetime(2027, 2, 28, 10), new=datetime(2027, 3, 5, 10))
    assert fifth == Recurrence.monthly(5)
    thirtieth = move_recurrence(fifth, old=datetime(2027, 3, 5, 10), new=datetime(2027, 3, 30, 10))
    assert thirtieth == Recurrence.monthly(30)
    leap = Recurrence(Frequency.YEARLY).with_shorter_months(datetime(2028, 2, 29, 10))
    march = move_recurrence(leap, old=datetime(2029, 2, 28, 10), new=datetime(2029, 3, 2, 10))
    assert march == Recurrence(Frequency.YEARLY)


@given(LOCALS)
def test_the_first_start_is_one_of_the_rule(at: datetime) -> None:
    rule = Recurrence(Frequency.MONTHLY, by_day=(ByDay(Weekday.MONDAY, Nth.FIRST),))
    first = rule.first_from(at)
    assert first is not None
    assert first >= at
    assert (first.weekday(), nth_of(first)) == (Weekday.MONDAY, 1)
    assert first.date() - at.date() < timedelta(days=36)


TUESDAYS = Recurrence(Frequency.WEEKLY, by_day=(ByDay(Weekday.TUESDAY),))
FIRST = datetime(2026, 12, 15, 10)


def test_an_exception_is_left_out_and_does_not_count() -> None:
    rule = replace(TUESDAYS, count=3).except_for([date(2026, 12, 29)])
    assert shown(rule, FIRST) == ["2026-12-15", "2026-12-22", "2027-01-05"]
    assert rule.first_from(datetime(2026, 12, 29)) == datetime(2027, 1, 5)


def test_exceptions_are_kept_as_they_are_written() -> None:
    rule = TUESDAYS.except_for([date(2027, 1, 5), date(2026, 12, 29)])
    text = rule.to_rfc5545(LONDON)
    assert text == "FREQ=WEEKLY;BYDAY=TU\nEXDATE;VALUE=DATE:20261229,20270105"
    assert Recurrence.from_rfc5545(text, LONDON) == rule
    assert rule.to_rrule(LONDON, first=FIRST) == "FREQ=WEEKLY;BYDAY=TU"
    for wrong in ("\nEXDATE:20261229", "\nEXDATE;VALUE=DATE:tomorrow", "\nRDATE:20261229"):
        with pytest.raises(UnreadableRule):
            Recurrence.from_rfc5545(f"FREQ=DAILY{wrong}", LONDON)


def test_other_calendars_count_what_is_left_out() -> None:
    rule = replace(TUESDAYS, count=3).except_for([date(2026, 12, 29)])
    assert rule.to_rrule(LONDON, first=FIRST) == "FREQ=WEEKLY;COUNT=4;BYDAY=TU"


def test_an_exception_that_is_none_is_known() -> None:
    rule = TUESDAYS.except_for([date(2026, 12, 8), date(2026, 12, 29), date(2026, 12, 30)])
    assert rule.list_missed_exceptions(FIRST) == [date(2026, 12, 30)]
    fortnightly = replace(TUESDAYS, interval=2).except_for([date(2026, 12, 22)])
    assert fortnightly.list_missed_exceptions(FIRST) == [date(2026, 12, 22)]
    ended = replace(rule, until=datetime(2026, 12, 20))
    assert date(2026, 12, 29) in ended.list_missed_exceptions(FIRST)


@pytest.mark.parametrize(
    ("rule", "exception", "new", "moved_to"),
    [
        (TUESDAYS, date(2026, 12, 29), datetime(2026, 12, 16, 11), date(2026, 12, 30)),
        (TUESDAYS, date(2026, 12, 29), datetime(2026, 12, 15, 11), date(2026, 12, 29)),
        (TUESDAYS, date(2026, 12, 29), datetime(2026, 12, 21, 10), date(2027, 1, 4)),
        (
            Recurrence(Frequency.MONTHLY, by_day=(ByDay(Weekday.TUESDAY, Nth.THIRD),)),
            date(2027, 1, 19),
            datetime(2026, 12, 9, 10),
            date(2027, 1, 13),
        ),
        (Recurrence.monthly(15), date(2027, 2, 15), datetime(2026, 12, 31), date(2027, 2, 28)),
        (
            Recurrence(Frequency.YEARLY),
            date(2028, 12, 15),
            datetime(2027, 1, 3, 10),
            date(2029, 1, 3),
        ),
    ],
)
def test_an_exception_moves_with_its_series(
    rule: Recurrence, exception: date, new: datetime, moved_to: date
) -> None:
    moved = move_recurrence(rule.except_for([exception]), old=FIRST, new=new)
    assert moved.except_on == (moved_to,)
    assert moved.list_missed_exceptions(new) == []
    before, after = (
        [start.date() for start in each.starts(begin, until=begin + timedelta(days=1500))]
        for each, begin in ((rule.except_for([exception]), FIRST), (moved, new))
    )
    assert abs(len(before) - len(after)) <= 1


def test_two_days_of_a_month_move_together() -> None:
    both = Recurrence(
        Frequency.MONTHLY,
        by_day=(ByDay(Weekday.TUESDAY, Nth.SECOND), ByDay(Weekday.TUESDAY, Nth.FOURTH)),
    )
    assert shown(both, datetime(2026, 12, 8, 10), count=3) == [
        "2026-12-08",
        "2026-12-22",
        "2027-01-12",
    ]
    later = move_recurrence(both, old=datetime(2026, 12, 8, 10), new=datetime(2026, 12, 9, 10))
    assert [str(day) for day in later.by_day] == ["2WE", "4WE"]
    earlier = move_recurrence(both, old=datetime(2026, 12, 22, 10), new=datetime(2026, 12, 15, 10))
    assert [str(day) for day in earlier.by_day] == ["1TU", "3TU"]
    days = Recurrence(Frequency.MONTHLY, by_month_day=(1, 15))
    third = move_recurrence(days, old=datetime(2026, 12, 1, 9), new=datetime(2026, 12, 3, 9))
    assert third.by_month_day == (3, 17)
    last = move_recurrence(days, old=datetime(2026, 12, 15, 9), new=datetime(2026, 12, 30, 9))
    assert last.by_month_day == (1, 30)
