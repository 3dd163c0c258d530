"""What people type after `/addappt` and `/adddoctor`."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.grammar.appointment_times.parsing import parse_days, parse_duration, parse_when
from bot.grammar.appointment_times.reading import reads_as_time, split_spans
from bot.grammar.commands.appointments import (
    PartialAppointment,
    understand_appointment,
    understand_change,
)
from bot.grammar.commands.doctors import country_of, parse_phone, parse_phones, understand_doctor
from bot.grammar.commands.repeat_changes import parse_repeat_change
from bot.grammar.known_doctors import KnownDoctor
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_title
from bot.grammar.reminders import parse_reminders
from bot.grammar.tokens import tokenize
from bot.ui.words.repeats import repeat_words
from domain.appointments.recurrences import ByDay, Frequency, Nth, Recurrence
from domain.local_time import Weekday

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=LONDON)  # a Tuesday
MUM, DAD = Person("Mum", LONDON, UUID(int=1)), Person("Dad", LONDON, UUID(int=2))
WEBER = KnownDoctor("Dr. Anna Weber", UUID(int=3), UUID(int=1))


def understood(text: str) -> PartialAppointment:
    return understand_appointment(text, people=[MUM, DAD], doctors=[WEBER], zone=LONDON, now=NOW)


def rule_of(text: str) -> str | None:
    rule = understood(text).when.rule
    return rule.to_rfc5545(LONDON) if rule else None


@pytest.mark.parametrize(
    ("text", "title", "day", "clock"),
    [
        ("Cardiologist tomorrow 14:30", "Cardiologist", "2026-11-25", "14:30"),
        ("Checkup on 3 Dec at 9am", "Checkup", "2026-12-03", "09:00"),
        ("Checkup 3 December 2026, 10:30", "Checkup", "2026-12-03", "10:30"),
        ("Checkup in two weeks at noon", "Checkup", "2026-12-08", "12:00"),
        ("Checkup in 10 days 8:15", "Checkup", "2026-12-04", "08:15"),
        ("Checkup 2 weeks from now 10:00", "Checkup", "2026-12-08", "10:00"),
        ("Checkup the day after tomorrow 16:00", "Checkup", "2026-11-26", "16:00"),
        ("Checkup Friday 27 November 10:00", "Checkup", "2026-11-27", "10:00"),
        ("Checkup this friday 10:00", "Checkup", "2026-11-27", "10:00"),
        ("Checkup tomorrow afternoon at 3", "Checkup", "2026-11-25", "15:00"),
        ("Checkup tomorrow morning 9:30", "Checkup", "2026-11-25", "09:30"),
        ("Checkup tonight 21:00 to 07:00", "Checkup", "2026-11-24", "21:00"),
        ("Checkup tonight at 8", "Checkup", "2026-11-24", "20:00"),
        ("Checkup at 9 tonight", "Checkup", "2026-11-24", "21:00"),
        ("Checkup this evening 19:00", "Checkup", "2026-11-24", "19:00"),
        ("Checkup this evening at 7", "Checkup", "2026-11-24", "19:00"),
        ("Checkup this afternoon at 3", "Checkup", "2026-11-24", "15:00"),
        ("Checkup this morning at 11", "Checkup", "2026-11-24", "11:00"),
        ("Checkup this night at 11", "Checkup", "2026-11-24", "23:00"),
        ("Checkup in the evening tomorrow at 8", "Checkup", "2026-11-25", "20:00"),
        ("Evening class tomorrow 19:00", "Evening class", "2026-11-25", "19:00"),
        ('"Tonight" tomorrow 19:00', "Tonight", "2026-11-25", "19:00"),
        ("Checkup tomorrow at 8 in the evening", "Checkup", "2026-11-25", "20:00"),
        (
            "Blood test for cholesterol tomorrow 9:00",
            "Blood test for cholesterol",
            "2026-11-25",
            "09:00",
        ),
        ("CT 2 3 Dec 9:00", "CT 2", "2026-12-03", "09:00"),
        ('"May 3 reunion" 5 May 10:00', "May 3 reunion", "2027-05-05", "10:00"),
        ('"Tuesday club" Friday 10:00', "Tuesday club", "2026-11-27", "10:00"),
        ("Covid-19 test tomorrow 10:00", "Covid-19 test", "2026-11-25", "10:00"),
        ("Walk through town tomorrow 10:00", "Walk through town", "2026-11-25", "10:00"),
        ("Remind Anna tomorrow 10:00", "Remind Anna", "2026-11-25", "10:00"),
        ("“Vitamin B 12” tomorrow ١٤:٣٠", "Vitamin B 12", "2026-11-25", "14:30"),
    ],
)
def test_title_day_and_time(text: str, title: str, day: str, clock: str) -> None:
    found = understood(text)
    assert found.problem is None
    assert found.title == title
    assert found.when.day == date.fromisoformat(day)
    assert found.when.clock == time.fromisoformat(clock)


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


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Dentist 31 February 10:00", Problem.NO_SUCH_DATE),
        ("Dentist yesterday 10:00", Problem.DAY_IS_OVER),
        ("Dentist today 8:30", Problem.HOUR_IS_OVER),
        ("Dentist next Friday 10:00", Problem.DATE_AMBIGUOUS),
        ("Dentist Tuesday 10:00", Problem.DATE_AMBIGUOUS),
        ("Dentist 3/12 10:00", Problem.DATE_AMBIGUOUS),
        ("Dentist 3 Dec at 9", Problem.AM_OR_PM),
        ("Dentist tomorrow 25:00", Problem.NO_SUCH_TIME),
        ("Dentist every second 10:00", Problem.REPEATS_TOO_OFTEN),
        ("Dentist every 5 minutes", Problem.REPEATS_TOO_OFTEN),
        ("Dentist every 101 years 3 Dec 9:00", Problem.REPEATS_TOO_RARELY),
        ("Dentist tomorrow 10:00 for -1 minutes", Problem.DURATION_IMPOSSIBLE),
        ("Dentist tomorrow 10:00 for 3 weeks", Problem.DURATION_IMPOSSIBLE),
        ("Dentist tomorrow 10:00 for 25 hours", Problem.DURATION_IMPOSSIBLE),
        ("Dentist tomorrow 11:00-10:30", Problem.DURATION_IMPOSSIBLE),
        ("Dentist tomorrow 10:00 until 1 March", Problem.END_OF_ONE),
        ("Dentist every Tuesday 10:00 until yesterday", Problem.END_IN_PAST),
        ("Dentist every Tuesday 10:00 until 1 March 2020", Problem.END_IN_PAST),
        ("Dentist in 5000 days 10:00", Problem.DATE_TOO_FAR),
        ("Dentist in an hour", Problem.WHEN_UNREADABLE),
        ("Dentist 3 Dec at half past nine", Problem.NO_SUCH_TIME),
        ("Dentist every Tuesday 10:00 from 1 May until 1 April 2027", Problem.END_BEFORE_START),
        ("Dentist every Tuesday 10:00 9999 times", Problem.COUNT_IMPOSSIBLE),
        ("Dentist Friday 28 November 10:00", Problem.WEEKDAY_DIFFERS),
        ("Dentist tomorrow 3 December 10:00", Problem.WHEN_TWICE),
        ("Dentist mon, wed 10:00", Problem.EVERY_WEEK),
        ("Dentist next week 10:00", Problem.DAY_VAGUE),
        ("Dentist in june 10:00", Problem.DAY_VAGUE),
        ("Dentist end of june 10:00", Problem.DAY_VAGUE),
        ("Dentist at the weekend 10:00", Problem.DAY_VAGUE),
        ("Dentist tonight at 9am", Problem.CONTRADICTION),
        ("Dentist this afternoon 20:00", Problem.CONTRADICTION),
        ("Dentist tomorrow tonight 20:00", Problem.WHEN_TWICE),
        ("Dentist tomorrow at lunchtime", Problem.NO_SUCH_TIME),
        ("Dentist tomorrow 10:00 please", Problem.APPOINTMENT_WORDS),
        ("Dentist tomorrow 10:00 remind 9 weeks before", Problem.REMINDER_IMPOSSIBLE),
        ("Dentist all day tomorrow 10:00", Problem.ALL_DAY_AT_A_TIME),
        ("Dentist 1 december to 14 december for 3 days", Problem.WHEN_TWICE),
        ("Dentist 14 december to 1 december 2026", Problem.END_BEFORE_START),
        ("Dentist 1 december to 1 march", Problem.DURATION_IMPOSSIBLE),
        ("Dentist 1 december for a month", Problem.DURATION_IMPOSSIBLE),
        ("Dentist 1/12-14/12", Problem.DATE_AMBIGUOUS),
        ("Dentist 9-12", Problem.HOURS_OR_DATE),
        ("Dentist tomorrow 10:00 for Uncle", Problem.UNKNOWN_PERSON),
        ("x" * 81 + " tomorrow 10:00", Problem.NAME_TOO_LONG),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(text: str, problem: Problem) -> None:
    found = understood(text)
    assert found.problem is not None
    assert found.problem.problem is problem
    if problem is not Problem.NAME_TOO_LONG:
        assert found.title == "Dentist"
    if "10:00" in text and problem not in {Problem.WHEN_TWICE, Problem.CONTRADICTION}:
        assert found.when.times


def test_a_part_of_a_day_alone_offers_its_hours() -> None:
    when = understood("Nurse this evening").when
    assert (when.day, when.problem) == (date(2026, 11, 24), None)
    assert when.times == tuple(time(hour) for hour in range(16, 23))
    assert understood("Nurse this morning").when.times == (time(10), time(11))


IN_JUNE = datetime(2026, 6, 1, 7, 40, tzinfo=LONDON)


def days_in_june(text: str) -> tuple[list[str], Misunderstood | None]:
    when = parse_when(text, zone=LONDON, now=IN_JUNE)
    return [day.isoformat() for day in when.days], when.problem


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("5/6", ["2026-06-05", "2027-05-06"]),
        ("5/6 at 3", ["2026-06-05", "2027-05-06"]),
        ("6/5 15:00", ["2026-06-05", "2027-05-06"]),
        ("7/8", ["2026-07-08", "2026-08-07"]),
        ("1/6", ["2026-06-01", "2027-01-06"]),
        ("1/5", ["2027-01-05", "2027-05-01"]),
        ("5/6/2027", ["2027-05-06", "2027-06-05"]),
        ("5/6/2026", ["2026-06-05"]),
        ("20 may", ["2027-05-20"]),
    ],
)
def test_a_date_that_can_be_two_offers_what_is_ahead(typed: str, days: list[str]) -> None:
    found, problem = days_in_june(typed)
    assert found == days
    assert problem is not None
    assert problem.problem is Problem.DATE_AMBIGUOUS
    assert [parse_when(each, zone=LONDON, now=IN_JUNE).day for each in problem.suggestions] == [
        date.fromisoformat(day) for day in days
    ]


@pytest.mark.parametrize(
    ("typed", "day"), [("13/6", "2026-06-13"), ("6/13", "2026-06-13"), ("6/6", "2026-06-06")]
)
def test_a_date_that_can_only_be_one_is_taken(typed: str, day: str) -> None:
    assert days_in_june(f"{typed} 10:00") == ([day], None)


@pytest.mark.parametrize("first", range(1, 13))
@pytest.mark.parametrize("last", range(1, 13))
def test_two_small_numbers_are_never_one_day_unasked(first: int, last: int) -> None:
    found, problem = days_in_june(f"{first}/{last} 10:00")
    assert first == last or problem is not None
    assert all(IN_JUNE.date() <= date.fromisoformat(day) for day in found)
    assert found == sorted(found)


def test_the_other_parts() -> None:
    found = understood(
        "Heart check tomorrow 14:30 for 45 minutes with Dr Weber at Charité, Berlin"
        " bring x-rays and insurance card for Mum"
    )
    assert found.problem is None
    assert (found.title, found.person, found.doctor) == ("Heart check", MUM, "Dr Weber")
    assert found.doctors == (WEBER,)
    assert found.place == "Charité, Berlin"
    assert found.bring == "x-rays and insurance card"
    assert found.when.duration == timedelta(minutes=45)


def test_a_doctor_of_somebody_else_is_not_meant() -> None:
    assert understood("Check tomorrow 14:30 with Dr Weber for Dad").doctors == ()


def test_a_piece_of_what_was_not_understood_is_no_day() -> None:
    found = understood("Dialysis mon, wed, fri 14:00")
    assert found.problem is not None
    assert found.problem.suggestions == ("every mon, wed, fri",)
    assert (found.when.days, found.when.clock) == ((), time(14))


DAY, NIGHT = timedelta(days=1), timedelta(hours=10)


@pytest.mark.parametrize(
    ("text", "start", "duration"),
    [
        ("5 december 21:00 to 6 december 07:00", "2026-12-05T21:00", NIGHT),
        ("5 december 21:00 until 6 december 07:00", "2026-12-05T21:00", NIGHT),
        ("5 december 21:00 - 6 december 07:00", "2026-12-05T21:00", NIGHT),
        ("from 21:00 on 5 december to 07:00 on 6 december", "2026-12-05T21:00", NIGHT),
        ("saturday 5 december 21:00 to sunday 6 december 07:00", "2026-12-05T21:00", NIGHT),
        ("5 december 9pm to 7am", "2026-12-05T21:00", NIGHT),
        ("5 december 21:00-07:00", "2026-12-05T21:00", NIGHT),
        ("5 december 22:00-06:00", "2026-12-05T22:00", timedelta(hours=8)),
        # The clocks go forward in that night.
        ("27 march 2027 21:00 to 28 march 2027 07:00", "2027-03-27T21:00", timedelta(hours=9)),
        ("27 march 2027 21:00-07:00", "2027-03-27T21:00", timedelta(hours=9)),
        ("tomorrow 9-15", "2026-11-25T09:00", timedelta(hours=6)),
        ("9 to 15 tomorrow", "2026-11-25T09:00", timedelta(hours=6)),
        ("tomorrow 8:00-18:00", "2026-11-25T08:00", NIGHT),
        ("from 10:00 to 12:00 tomorrow", "2026-11-25T10:00", timedelta(hours=2)),
        ("all day 3 december", "2026-12-03", DAY),
        ("3 december all day", "2026-12-03", DAY),
        ("from 1 december to 14 december", "2026-12-01", 14 * DAY),
        ("1-14 december", "2026-12-01", 14 * DAY),
        ("1 to 14 december", "2026-12-01", 14 * DAY),
        ("december 1-14", "2026-12-01", 14 * DAY),
        ("from 1 december until 14 december", "2026-12-01", 14 * DAY),
        ("28 november - 3 december", "2026-11-28", 6 * DAY),
        ("28 november-3 december", "2026-11-28", 6 * DAY),
        ("20 december to 3 january", "2026-12-20", 15 * DAY),
        ("2026-12-01 to 2026-12-14", "2026-12-01", 14 * DAY),
        ("from 1 december for 2 weeks", "2026-12-01", 14 * DAY),
        ("for 3 days from 1 december", "2026-12-01", 3 * DAY),
        ("thursday to saturday", "2026-11-26", 3 * DAY),
    ],
)
def test_ranges_nights_and_days(text: str, start: str, duration: timedelta) -> None:
    found = understood(f"Stay {text}")
    when = found.when
    assert (found.problem, found.title) == (None, "Stay")
    assert when.is_all_day is ("T" not in start)
    assert when.duration == duration
    assert when.day is not None
    assert when.clock is not None
    assert datetime.combine(when.day, when.clock) == datetime.fromisoformat(start)


def test_a_day_that_comes_again_can_last_all_day() -> None:
    found = understood("Day care every friday all day")
    assert found.problem is None
    assert (found.title, found.when.is_all_day) == ("Day care", True)
    assert rule_of("Day care every friday all day") == "FREQ=WEEKLY;BYDAY=FR"


def test_two_numbers_are_hours_where_a_day_is_named_or_they_can_be_no_date() -> None:
    found = understood("Day care 9-12")
    assert found.when.times == found.when.days == ()
    assert found.problem is not None
    assert found.problem.suggestions == ("09:00-12:00", "9 December 2026")
    assert understood("Day care 13-17").when.clock == time(13)
    assert parse_when("9-15", zone=LONDON, now=NOW, is_day_known=True).clock == time(9)
    either = understood("Day care tomorrow 9-5").when
    assert either.times == (time(9), time(21))
    assert either.duration == timedelta(hours=8)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("remind 2 hours before", (120,)),
        ("remind me 1 day and 2 hours before", (1440, 120)),
        ("reminder 30 min before", (30,)),
        ("remind 2 hours", (120,)),
        ("no reminder", ()),
        ("without reminders", ()),
    ],
)
def test_reminders_on_the_line(words: str, minutes: tuple[int, ...]) -> None:
    found = understood(f"Dentist tomorrow 10:00 {words} with Dr Weber")
    assert (found.problem, found.title) == (None, "Dentist")
    assert found.remind_before == minutes
    assert found.doctor == "Dr Weber"
    assert understood("Dentist tomorrow 10:00").remind_before is None


def test_what_stands_behind_what_was_not_understood_still_counts() -> None:
    found = understood("Dentist tomorrow 10:00 please for 2 hours no reminder")
    assert found.problem is not None
    assert (found.problem.problem, found.problem.words) == (Problem.APPOINTMENT_WORDS, "please")
    assert (found.title, found.when.clock) == ("Dentist", time(10))
    assert (found.when.duration, found.remind_before) == (timedelta(hours=2), ())


def test_what_is_said_of_one_that_is_shown() -> None:
    def changed(text: str) -> PartialAppointment:
        return understand_change(text, people=[MUM], doctors=[WEBER], zone=LONDON, now=NOW)

    found = changed("at Harley Street 3 with Weber for 2 hours")
    assert (found.place, found.when.duration) == ("Harley Street 3", timedelta(hours=2))
    assert found.doctors == (WEBER,)
    assert changed("at 15:00").when.clock == time(15)
    with pytest.raises(Misunderstood):
        changed("something else")


TIMES = [
    "tomorrow",
    "20 june",
    "20 june 21:00",
    "10:00",
    "9am",
    "friday",
    "every tuesday",
    "to 21 june",
    "1-14 july",
    "from 1 july to 14 july",
    "all day",
    "for 2 hours",
    "9-15",
    "noon",
    "tonight",
    "this evening",
    "this afternoon",
    "this morning",
    "tomorrow morning",
    "in the evening",
    "in june",
    "in two weeks",
    "until 1 march",
    "next week",
    "25:00",
    "2026-12-03",
    "3/12",
    "with Dr Weber",
    "at Charité",
    "remind 2 hours before",
]
PLAIN = ["Dentist", "Eye doctor", "please", "Sleep lab", "and", "club", "to", "Holiday care"]


@settings(max_examples=300)
@given(st.lists(st.sampled_from([*TIMES, *PLAIN, *PLAIN]), min_size=1, max_size=7))
def test_no_time_stays_in_a_title_unasked(parts: list[str]) -> None:
    line = " ".join(parts)
    found = understood(line)
    if found.problem is not None or found.title is None:
        return
    tokens = split_spans(tokenize(found.title).tokens)
    assert not any(reads_as_time(tokens[at:]) for at in range(len(tokens))), line


@pytest.mark.parametrize("text", ["10:00-14:00", "10am-2pm", "10:00 to 14:00"])
def test_from_one_hour_to_another(text: str) -> None:
    when = parse_when(f"3 December {text}", zone=LONDON, now=NOW)
    assert (when.problem, when.duration) == (None, timedelta(hours=4))


def test_missing_parts_are_no_problem() -> None:
    assert understood("Dentist").problem is None
    assert understood("Dentist 14:30").when.days == ()
    assert understood("tomorrow 14:30").title is None


@given(st.text(max_size=120))
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    try:
        found = understood(text)
    except Misunderstood:
        return
    assert found.title is None or 1 <= len(found.title) <= 80


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


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("45 min", 45), ("1h", 60), ("1.5 hours", 90), ("an hour", 60), ("half an hour", 30)],
)
def test_durations(text: str, minutes: int) -> None:
    assert length_of(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "0 min", "-5 min", "25 h", "3 weeks", "soon", "9999999 h"])
def test_no_durations(text: str) -> None:
    with pytest.raises(Misunderstood):
        length_of(text)


def length_of(text: str, *, begins: datetime = datetime(2026, 11, 25, 22, 0)) -> timedelta:
    return parse_duration(text, begins=begins, zone=LONDON)


@pytest.mark.parametrize(
    "text", ["22:00-06:00", "22:00 to 6:00", "10pm-6am", "for 22:00-06:00", "until 06:00", "to 6am"]
)
def test_hours_over_midnight_are_a_length(text: str) -> None:
    assert length_of(text) == timedelta(hours=8)


def test_hours_are_a_length_by_the_clock_also_where_it_is_put_back() -> None:
    begins = datetime(2027, 10, 30, 22, 0)
    assert length_of("22:00-06:00", begins=begins) == timedelta(hours=9)


@pytest.mark.parametrize("text", ["21:00-06:00", "22:30 to 06:00", "9-15"])
def test_hours_that_begin_at_another_time_are_no_length_but_said_so(text: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        length_of(text)
    assert refused.value.problem is Problem.BEGINS_OTHERWISE
    assert refused.value.suggestions == ("22:00",)


@pytest.mark.parametrize("text", ["tomorrow 22:00-06:00", "22:00-21:00", "every day", "06:00"])
def test_no_hours_that_are_a_length(text: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        length_of(text)
    assert refused.value.problem is Problem.DURATION_IMPOSSIBLE


@pytest.mark.parametrize(
    ("text", "hours"), [("tomorrow 22:00-06:00", 8), ("tomorrow 15:00-03:00", 12)]
)
def test_a_night_is_from_one_day_to_the_next(text: str, hours: int) -> None:
    when = parse_when(text, zone=LONDON, now=NOW)
    assert (when.problem, when.duration) == (None, timedelta(hours=hours))


MONDAY_AFTERNOON = datetime(2026, 11, 23, 15, 5, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("today at 3:15", ["15:15"]),
        ("today at 3:10", ["15:10"]),
        ("today 9.30", ["21:30"]),
        ("today at 11:00", ["23:00"]),
        ("today 3:15-4:15", ["15:15"]),
        ("today at 4", ["16:00"]),
        ("today at 3", []),
        ("today at 03:15", []),
        ("today 3:15 am", []),
        ("today 12:30", []),
        ("today 3:00", []),
        ("today at 3:15 in the morning", []),
    ],
)
def test_of_an_hour_that_is_over_the_other_half_of_the_day_is_offered(
    text: str, offered: list[str]
) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert [f"{each:%H:%M}" for each in when.offered] == offered
    assert when.clock is None
    assert when.problem is not None
    assert when.problem.problem is Problem.HOUR_IS_OVER
    assert list(when.problem.suggestions) == offered


@pytest.mark.parametrize(
    "text", ["monday 10:00", "monday at 10am", "mon 15:00", "monday 9:00-9:30"]
)
def test_a_weekday_whose_hour_is_over_today_is_the_next_one(text: str) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert (when.problem, when.day) == (None, date(2026, 11, 30))


def test_tomorrows_weekday_is_no_question_where_its_hour_is_over_today() -> None:
    when = parse_when("tuesday 05:15", zone=LONDON, now=MONDAY_AFTERNOON)
    assert (when.problem, when.day) == (None, date(2026, 11, 24))


@pytest.mark.parametrize("text", ["monday 16:00", "monday", "monday at 4", "monday midnight"])
def test_a_weekday_that_may_be_today_is_asked(text: str) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert when.problem is not None
    assert when.problem.problem is Problem.DATE_AMBIGUOUS
    assert when.days == (date(2026, 11, 23), date(2026, 11, 30))


def test_an_hour_in_doubt_stays_so_where_its_weekday_is_not() -> None:
    when = parse_when("monday at 3", zone=LONDON, now=MONDAY_AFTERNOON)
    assert when.day == date(2026, 11, 30)
    assert when.problem is not None
    assert when.problem.problem is Problem.AM_OR_PM
    assert when.times == (time(3), time(15))


@pytest.mark.parametrize(
    "text",
    ["tomorrow midnight", "tomorrow at 12am", "tomorrow 12:00 am", "24 november 12 midnight"],
)
def test_which_midnight_of_a_day_is_asked(text: str) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert when.is_midnight
    assert when.days == (date(2026, 11, 24), date(2026, 11, 25))
    assert when.times == (time(0),)
    assert when.problem is not None
    assert when.problem.problem is Problem.WHICH_NIGHT
    assert when.problem.suggestions == ("24 November 2026 00:00", "25 November 2026 00:00")
    for typed, day in zip(when.problem.suggestions, when.days, strict=True):
        assert parse_when(typed, zone=LONDON, now=MONDAY_AFTERNOON).day == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today at midnight", 24),
        ("tonight at midnight", 24),
        ("tomorrow night at midnight", 25),
        ("tomorrow 00:00", 24),
    ],
)
def test_a_midnight_that_can_be_only_one_is_not_asked(text: str, day: int) -> None:
    when = parse_when(text, zone=LONDON, now=MONDAY_AFTERNOON)
    assert (when.problem, when.day, when.clock) == (None, date(2026, 11, day), time(0))


def test_midnight_every_day_is_no_question() -> None:
    when = parse_when("every day at midnight", zone=LONDON, now=MONDAY_AFTERNOON)
    assert when.problem is None


def test_a_number_without_its_country_is_one_for_each_country_that_has_such() -> None:
    lisbon, rome = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Rome")
    known = [LONDON, lisbon, rome]
    assert parse_phones("213 425 678", zones=[LONDON, lisbon]) == (
        "+44213425678",
        "+351213425678",
    )
    assert parse_phones("+351 213 425 678", zones=known) == ("+351213425678",)
    assert parse_phones("351213425678", zones=[LONDON, lisbon]) == ("+351213425678",)
    with pytest.raises(Misunderstood):
        parse_phones("call me", zones=known)


def test_days() -> None:
    assert parse_days("3 days") == timedelta(days=3)
    assert parse_days("all day") == timedelta(days=1)
    for wrong in ("", "90 min", "a month", "61 days", "soon", "3 days please"):
        with pytest.raises(Misunderstood):
            parse_days(wrong)


def test_reminders() -> None:
    assert parse_reminders("1 day and 2 hours before") == (1440, 120)
    assert parse_reminders("none") == ()
    for wrong in ("", "soon", "5 weeks", "0 min", "1 day 2"):
        with pytest.raises(Misunderstood):
            parse_reminders(wrong)


def test_titles() -> None:
    assert parse_title("“May 3” ") == "May 3"
    for wrong in ("", "  ", '""', "/addappt"):
        with pytest.raises(Misunderstood):
            parse_title(wrong)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("020 7946 0018", "+442079460018"),
        ("+351 213 425 678", "+351213425678"),
        ("0044 20 7946 0018", "+442079460018"),
        ("tel:+442079460018", "+442079460018"),
    ],
)
def test_phone_numbers(text: str, phone: str) -> None:
    assert parse_phone(text, zone=LONDON) == phone


@pytest.mark.parametrize("text", ["", "none at all", "020 CALL ME", "12", "+1", "1" * 40])
def test_no_phone_numbers(text: str) -> None:
    with pytest.raises(Misunderstood):
        parse_phone(text, zone=LONDON)


def test_countries_of_zones() -> None:
    assert country_of(ZoneInfo("Europe/Lisbon")) == "PT"
    assert country_of(ZoneInfo("Etc/UTC")) is None


def test_a_doctor_on_one_line() -> None:
    found = understand_doctor(
        "Dr Clara Nunes, eye doctor, 020 7946 0018, Harley Street 1, London for Dad",
        people=[MUM, DAD],
        zone=LONDON,
    )
    assert (found.name, found.specialty) == ("Dr Clara Nunes", "eye doctor")
    assert (found.phone, found.person) == ("+442079460018", DAD)
    assert found.address == "Harley Street 1, London"
    wrong = understand_doctor("Weber, cardiologist, 020 CALL 7946 00", people=[MUM], zone=LONDON)
    assert wrong.problem is not None
    assert (wrong.name, wrong.specialty, wrong.phone) == ("Weber", "cardiologist", None)
