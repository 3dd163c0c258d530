"""When something was given, as typed: which instant is meant, or what has to be asked."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.commands.intakes import TypedAmount, parse_amount, read_intake
from bot.grammar.past_times.moments import parse_moment
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import tokenize
from domain.medicines.dosages import Dosage

LONDON = ZoneInfo("Europe/London")
DAY = date(2026, 6, 9)  # a Tuesday without a change of clocks around it
QUARTERS = [time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45)]


def at(clock: str, *, day: int = 9) -> datetime:
    return datetime.combine(DAY.replace(day=day), time.fromisoformat(clock), tzinfo=LONDON)


def meant(said: time, now: datetime) -> datetime | None:
    """What a clock time without a day means, as a person would say it; None: nobody can know."""
    today = datetime.combine(now.date(), said, tzinfo=LONDON)
    if today <= now:
        return today
    if today - now <= timedelta(minutes=5):
        return now
    yesterday = today - timedelta(days=1)
    return yesterday if now - yesterday <= timedelta(hours=12) else None


@pytest.mark.parametrize("typed_at", QUARTERS, ids=str)
def test_every_quarter_of_an_hour_typed_at_every_quarter(typed_at: time) -> None:
    now = datetime.combine(DAY, typed_at, tzinfo=LONDON)
    for said in QUARTERS:
        understood = parse_moment(f"at {said:%H:%M}", zone=LONDON, now=now)
        # "8:00" could be the evening's too, "08:00" not; from one o'clock on nothing can.
        if 10 <= said.hour <= 11:
            continue
        expected = meant(said, now)
        assert understood.at == expected, f"{said} said at {typed_at}"
        if expected is None:
            yesterday = datetime.combine(DAY - timedelta(days=1), said, tzinfo=LONDON)
            assert set(understood.options) == {now, yesterday}


@pytest.mark.parametrize("typed_at", QUARTERS, ids=str)
@pytest.mark.parametrize("hour", [10, 11])
def test_an_hour_that_comes_twice_a_day_is_asked_about_where_both_can_be(
    typed_at: time, hour: int
) -> None:
    now = datetime.combine(DAY, typed_at, tzinfo=LONDON)
    understood = parse_moment(f"at {hour}:00", zone=LONDON, now=now)
    to_the_letter = meant(time(hour), now)
    if to_the_letter is None:
        # It is to come: that of the evening before is not certain either.
        yesterday = datetime.combine(DAY - timedelta(days=1), time(hour), tzinfo=LONDON)
        assert understood.at is None
        assert set(understood.options) == {now, yesterday, yesterday + timedelta(hours=12)}
        return
    both = {to_the_letter, meant(time(hour + 12), now)} - {None}
    assert {understood.at} - {None} == (both if len(both) == 1 else set())
    if len(both) > 1:
        assert set(understood.options) == both


@pytest.mark.parametrize(
    ("typed_at", "said", "is_meant"),
    [
        ("08:15", "08:17", at("08:15")),  # watches differ
        ("00:20", "23:50", at("23:50", day=8)),
        ("08:15", "just now", at("08:15")),
        ("08:15", "now", at("08:15")),
        ("08:15", "half an hour ago", at("07:45")),
        ("08:15", "an hour and a half ago", at("06:45")),
        ("08:15", "1h30 ago", at("06:45")),
        ("08:15", "1 h 30 min ago", at("06:45")),
        ("08:15", "20min ago", at("07:55")),
        ("08:15", "forty five minutes ago", at("07:30")),
        ("08:15", "a quarter of an hour ago", at("08:00")),
        ("08:15", "last night at 10", at("22:00", day=8)),
        ("08:15", "last night at 2", at("02:00")),
        ("08:15", "yesterday evening at 8", at("20:00", day=8)),
        ("08:15", "this morning at 7", at("07:00")),
        ("08:15", "at 8 june 08:00", at("08:00", day=8)),
        ("08:15", "on 9 june at 08:10", at("08:10")),
        ("08:15", "monday 08:00", at("08:00", day=8)),
        ("08:15", "today at 8", at("08:00")),
        ("08:15", "at half past seven", at("07:30")),
        ("08:15", "quarter to 8", at("07:45")),
        ("20:15", "at half past seven in the evening", at("19:30")),
        ("08:15", "about 8", at("08:00")),
        ("08:15", "7:20", at("07:20")),
        ("12:30", "at noon", at("12:00")),
        ("02:00", "tonight at 11", at("23:00", day=8)),
        ("08:30", "a quarter past eight", at("08:15")),
        ("08:30", "20 minutes before", at("08:10")),
        ("08:30", "an hour earlier", at("07:30")),
    ],
)
def test_the_ways_of_saying_when(typed_at: str, said: str, is_meant: datetime) -> None:
    assert parse_moment(said, zone=LONDON, now=at(typed_at)).at == is_meant


@pytest.mark.parametrize(
    ("typed_at", "said", "options"),
    [
        ("07:40", "at 07:55", [at("07:40"), at("07:55", day=8)]),
        ("06:46", "at 11:45", [at("06:46"), at("23:45", day=8), at("11:45", day=8)]),
        ("08:01", "09:30", [at("08:01"), at("09:30", day=8)]),
        ("21:00", "at 8", [at("08:00"), at("20:00")]),
        ("20:45", "8:30", [at("08:30"), at("20:30")]),
        ("08:15", "yesterday at 8", [at("08:00", day=8), at("20:00", day=8)]),
        ("08:15", "this morning", []),
        ("08:15", "yesterday", []),
        ("08:15", "last night", []),
    ],
)
def test_what_is_not_certain_is_asked(typed_at: str, said: str, options: list[datetime]) -> None:
    understood = parse_moment(said, zone=LONDON, now=at(typed_at))
    assert understood.at is None
    assert list(understood.options) == options
    assert understood.lacks_time == (not options)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("25:00", Problem.NO_SUCH_TIME),
        ("today at 23:00", Problem.TIME_TO_COME),
        ("tonight at 8", Problem.TIME_TO_COME),
        ("20 june 08:00", Problem.TIME_TO_COME),
        ("3 weeks ago", Problem.TOO_LONG_AGO),
        ("3 days ago at 8", Problem.TOO_LONG_AGO),
        ("50 hours ago", Problem.TOO_LONG_AGO),
        ("20 may 08:00", Problem.TOO_LONG_AGO),
        ("yesterday 08:00 at 09:00", Problem.CONTRADICTION),
        ("20:00 this morning", Problem.CONTRADICTION),
        ("now at 08:00", Problem.CONTRADICTION),
        ("half eight", Problem.NO_SUCH_TIME),
        ("banana", Problem.NO_SUCH_TIME),
        ("at", Problem.NO_SUCH_TIME),
    ],
)
def test_what_is_no_moment_is_refused_with_a_reason(said: str, problem: Problem) -> None:
    with pytest.raises(Misunderstood) as refused:
        parse_moment(said, zone=LONDON, now=at("08:15"))
    assert refused.value.problem is problem


def test_a_time_that_the_clocks_show_twice_is_asked_about() -> None:
    now = datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
    understood = parse_moment("at 01:30", zone=LONDON, now=now)
    assert understood.options == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    between = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)
    assert parse_moment("at 01:30", zone=LONDON, now=between).at == understood.options[0]


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    now = datetime(2026, 3, 29, 8, 0, tzinfo=UTC)
    with pytest.raises(Misunderstood) as refused:
        parse_moment("at 01:30", zone=LONDON, now=now)
    assert refused.value.problem is Problem.HOUR_SKIPPED
    assert refused.value.suggestions == ("02:30",)


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    said=st.times(),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_nothing_understood_lies_ahead_or_more_than_48_hours_back(
    now: datetime, said: time, zone: str
) -> None:
    moment, home = now.replace(tzinfo=UTC), ZoneInfo(zone)
    try:
        understood = parse_moment(f"at {said:%H:%M}", zone=home, now=moment)
    except Misunderstood as refused:
        assert refused.problem is Problem.HOUR_SKIPPED  # noqa: PT017 - nothing else may be refused
        return
    for instant in filter(None, (understood.at, *understood.options)):
        assert moment - timedelta(hours=48) <= instant <= moment
        is_as_said = f"{instant.astimezone(home):%H:%M}" == f"{said:%H:%M}"
        assert is_as_said or instant == moment or 1 <= said.hour <= 11


TABLET, STRENGTH = Dosage("1 tablet", 1, "tablet"), Dosage("500 mg", 500, "mg")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "usual", "words"),
    [
        ("2", TABLET, "2 tablets"),
        ("½", TABLET, "½ tablet"),
        ("x2", TABLET, "2 tablets"),
        ("twice", TABLET, "2 tablets"),
        ("2", STRENGTH, "2 × 500 mg"),
        ("2x", STRENGTH, "2 × 500 mg"),
        ("1", STRENGTH, "500 mg"),
        ("1 g", STRENGTH, "1 g"),
        ("x3", Dosage("2 tablets", 2, "tablet"), "6 tablets"),  # type: ignore[arg-type]
        ("2", Dosage("2 tablets", 2, "tablet"), "2 tablets"),  # type: ignore[arg-type]
        ("2", Dosage("a thin layer"), "2 × a thin layer"),
    ],
)
def test_an_amount_without_its_unit_is_of_the_dose(typed: str, usual: Dosage, words: str) -> None:
    assert parse_amount(typed).of(usual).words == words


@pytest.mark.parametrize(
    ("typed", "amount", "moment"),
    [
        ("2.5 ml", "2.5", None),
        ("7.5ml", "7.5", None),
        ("0.5 g at 07:30", "0.5", "07:30"),
        ("1.5", "1.5", None),
        ("0.25", "0.25", None),
        ("2.50 ml at 7.45", "2.5", "07:45"),
        ("8.10", None, "08:10"),
    ],
)
def test_a_point_stands_in_amounts_and_in_times(
    typed: str, amount: str | None, moment: str | None
) -> None:
    understood = read_intake(tokenize(typed), zone=LONDON, now=at("08:15"))
    assert (understood.amount_problem, understood.time_problem) == (None, None)
    read = understood.amount
    value = None if read is None else read.number or (read.dosage and read.dosage.amount)
    assert value == (None if amount is None else Decimal(amount))
    assert (understood.moment and understood.moment.at) == (None if moment is None else at(moment))


def test_a_number_that_could_be_two_is_asked_about_as_an_amount() -> None:
    typed = read_intake(tokenize("1.000"), zone=LONDON, now=at("08:15"))
    assert typed.amount_problem is not None
    assert typed.time_problem is None


def test_four_digits_may_be_a_time() -> None:
    with pytest.raises(Misunderstood) as caught:
        parse_amount("1230")
    assert caught.value.suggestions == ("1230 mg", "1230 tablets", "at 12:30")


@pytest.mark.parametrize("typed", ["0", "-1", "500", "a handful", "1-2 tablets", ""])
def test_an_amount_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(Misunderstood):
        parse_amount(typed)


def test_what_was_understood_is_kept_beside_what_was_not() -> None:
    typed = read_intake(tokenize("2 tablets at 25:00"), zone=LONDON, now=at("08:15"))
    assert typed.amount is not None
    assert typed.time_problem is not None
    typed = read_intake(tokenize("a handful at 08:00"), zone=LONDON, now=at("08:15"))
    assert typed.amount_problem is not None
    assert typed.moment is not None
    assert typed.moment.at == at("08:00")
    assert read_intake(tokenize("x2 half an hour ago"), zone=LONDON, now=at("08:15")).amount == (
        TypedAmount(times=2)  # type: ignore[arg-type]
    )
