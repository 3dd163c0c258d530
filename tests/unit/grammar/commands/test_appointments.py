"""What people type after `/addappt`."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.grammar.appointment_times.reading import reads_as_time, split_spans
from bot.grammar.commands.appointments import PartialAppointment, understand_change
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_title
from bot.grammar.reminders import parse_reminders
from bot.grammar.tokens import tokenize
from tests.unit.grammar.family import LONDON, MUM, NOW, WEBER, understood


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
        ("Dentist every 2nd Tuesday 10:00", Problem.REPEAT_AMBIGUOUS),
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
        ("Dentist 3 Dec at half past nine", Problem.AM_OR_PM),
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


@pytest.mark.parametrize(
    "text",
    [
        "Physio bimonthly 3 December 10:00",
        "Physio every now and then 3 December 10:00",
        "Physio second and 3 December 10:00",
    ],
)
def test_words_about_a_time_that_was_read_otherwise_are_asked_about(text: str) -> None:
    problem = understood(text).problem
    assert problem is not None
    assert problem.problem is Problem.TIME_IN_TITLE


@pytest.mark.parametrize(
    ("text", "suggestions"),
    [
        (
            "Physio between 3 and 4pm tomorrow",
            ("15:00 to 16:00", "15:00 to 16:00 note: some time between 15:00 and 16:00"),
        ),
        (
            "Physio tomorrow between 14:00 and 16:30",
            ("14:00 to 16:30", "14:00 to 16:30 note: some time between 14:00 and 16:30"),
        ),
        (
            "Physio tomorrow between 11 and 1pm",
            ("11:00 to 13:00", "11:00 to 13:00 note: some time between 11:00 and 13:00"),
        ),
    ],
)
def test_between_two_hours_can_be_how_long_or_when(text: str, suggestions: tuple[str, ...]) -> None:
    found = understood(text)
    assert found.problem is not None
    assert (found.title, found.problem.problem) == ("Physio", Problem.HOURS_OR_WINDOW)
    assert found.problem.suggestions == suggestions
    assert (found.when.day, found.when.times) == (date(2026, 11, 25), ())
    window = understand_change(suggestions[1], people=[MUM], doctors=[WEBER], zone=LONDON, now=NOW)
    assert window.note is not None
    assert window.note.startswith("some time between")
    assert window.when.clock == time.fromisoformat(suggestions[0][:5])


@pytest.mark.parametrize(
    ("text", "place", "clock"),
    [
        ("Dentist tomorrow 10:00 at 12 High Street", "12 High Street", "10:00"),
        ("Dentist tomorrow at 12 High Street at 10:00", "12 High Street", "10:00"),
        ("Dentist at 12 High Street, London, tomorrow 10:00", "12 High Street, London", "10:00"),
        ("Dentist tomorrow at 12 high street", "12 high street", None),
        ("Dentist tomorrow 10:00 at 221b Baker Street with Dr Weber", "221b Baker Street", "10:00"),
        ("Dentist tomorrow 10:00 at 12 Broadway", "12 Broadway", "10:00"),
        ("Dentist tomorrow 10:00 in room 4", "room 4", "10:00"),
        ("Dentist tomorrow in room 4 at 10:00", "room 4", "10:00"),
        ("Dentist every tuesday at 12 noon", None, "12:00"),
        ("Dentist tomorrow at 12 noon with Dr Weber", None, "12:00"),
        ("Dentist tomorrow at 15 with Dr Weber", None, "15:00"),
        ("Dentist at 15 tomorrow", None, "15:00"),
        ("Dentist tomorrow at 15:00 in Park Street", "Park Street", "15:00"),
    ],
)
def test_an_address_is_a_place_and_no_hour(text: str, place: str | None, clock: str | None) -> None:
    found = understood(text)
    assert (found.problem, found.title, found.place) == (None, "Dentist", place)
    assert found.when.clock == (time.fromisoformat(clock) if clock else None)
    assert clock is None or found.when.day is not None or found.when.rule is not None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1 October", date(2027, 10, 1)),
        ("the 1st of October", date(2027, 10, 1)),
        ("13/10", date(2027, 10, 13)),
        ("24 december", date(2026, 12, 24)),
    ],
)
def test_a_date_that_is_well_over_is_next_years(text: str, day: date) -> None:
    found = understood(f"Dentist {text} 10:00")
    assert (found.problem, found.when.day) == (None, day)
    series = understood(f"Physio every tuesday 10:00 until {text}").when.rule
    assert series is not None
    assert series.until is not None
    assert series.until.date() == day


def test_a_date_that_has_just_passed_may_be_a_slip() -> None:
    found = understood("Dentist 20 November 10:00")
    assert found.problem is not None
    assert found.problem.problem is Problem.DATE_AMBIGUOUS
    assert found.when.is_doubtful


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
