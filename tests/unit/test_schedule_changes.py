"""A change changes what it names and keeps the rest: for every rhythm, and every part of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.grammar.commands.schedule_changes import parse_change, parse_least_time, parse_most
from bot.grammar.dosages import parse_dosage
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.parsing import parse_schedule
from bot.ui.words.schedules import schedule_in_words
from domain.local_time import Weekday
from domain.medicines.facts import Content
from domain.medicines.schedules.amounts import ALL, STRENGTH, own_dosages, places_of
from domain.medicines.schedules.changes import Change
from domain.medicines.schedules.clock_times import times_of
from domain.medicines.schedules.comparison import Concern, list_concerns
from domain.medicines.schedules.days import Weekly
from domain.medicines.schedules.editing import apply_change
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Schedule, Steps, WallClock
from domain.medicines.schedules.problems import InvalidSchedule
from domain.medicines.schedules.questions import AskAmount, AskPlace, AskTimes, Question
from tests.unit.test_grammar_properties import (
    amounts_by_time,
    as_needed,
    elapsed,
    lines,
    schedules,
    tapers,
    wall_clocks,
)

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TODAY = NOW.date()
ONE_TABLET, TWO_TABLETS = parse_dosage("1 tablet"), parse_dosage("2 tablets")


def content(schedule: str, dosage: str = "1 tablet") -> Content:
    parsed = parse_schedule(schedule, zone=LONDON, now=NOW)
    return Content("Med", parse_dosage(dosage), parsed)


def change(old: Content, words: str, **answered: str) -> Content | Question:
    typed = parse_change(words, schedule=old.schedule, zone=LONDON, now=NOW)
    typed = typed.completed(Change(**answered))  # type: ignore[arg-type]
    return apply_change(old, typed, zone=LONDON, now=NOW)


def changed(old: Content, words: str, **answered: str) -> Content:
    new = change(old, words, **answered)
    assert isinstance(new, Content)
    return new


def said(of: Content) -> str:
    words = schedule_in_words(of.schedule, zone=LONDON, today=TODAY)
    return words if own_dosages(of.schedule) else f"{of.dosage.words}, {words}"


def concerns(old: Content, new: Content) -> set[Concern]:
    return set(list_concerns(old, new, zone=LONDON, now=NOW))


TAPER = "20 mg for 5 days, then 10 mg for 5 days at 09:00"
TWO_AMOUNTS = "1 tablet at 08:00 and 2 tablets at 22:00"


@pytest.mark.parametrize(
    ("schedule", "words", "new", "asked"),
    [
        # Those of the issue.
        ("every monday at 09:00", "at 19:00", "1 tablet, every Monday at 19:00", set()),
        ("every 2 days at 09:00", "at 19:00", "1 tablet, every 2 days at 19:00", set()),
        ("21 days on 7 off 22:00", "at 8am", "1 tablet, 21 days on, 7 days off at 08:00", set()),
        (
            "every day at 08:00 for 5 days",
            "at 09:00",
            "1 tablet, every day at 09:00, last day 28 November 2026",
            set(),
        ),
        (
            TAPER,
            "at 19:00",
            (
                "20 mg at 19:00, last day 28 November 2026, then"
                " 10 mg at 19:00, last day 3 December 2026"
            ),
            set(),
        ),
        (TWO_AMOUNTS, "at 07:00 and 21:00", "1 tablet at 07:00 and 2 tablets at 21:00", set()),
        (
            "as needed, 6 hours apart, max 4 a day",
            "as needed",
            "1 tablet, as needed, at least 6 hours apart, at most 4 in 24 hours",
            set(),
        ),
        (
            "every 8 hours from 06:00",
            "every 6 hours",
            "1 tablet, every 6 hours: 00:00, 06:00, 12:00 and 18:00",
            {Concern.MORE_OFTEN},
        ),
        # Days change days, an end the end.
        ("every monday at 09:00", "on tuesday", "1 tablet, every Tuesday at 09:00", set()),
        (
            "every 2 weeks on monday at 09:00",
            "on tuesday",
            "1 tablet, every 2 weeks on Tue at 09:00",
            set(),
        ),
        (
            "every monday at 09:00",
            "every 2 weeks",
            "1 tablet, every 2 weeks on Mon at 09:00",
            set(),
        ),
        (
            "every monday at 09:00",
            "every day",
            "1 tablet, every day at 09:00",
            {Concern.MORE_OFTEN},
        ),
        (
            "21 days on 7 off 22:00",
            "every day",
            "1 tablet, every day at 22:00",
            {Concern.MORE_OFTEN, Concern.DAYS_OFF_LOST},
        ),
        (
            "every day at 08:00 for 5 days",
            "for 7 days",
            "1 tablet, every day at 08:00, last day 30 November 2026",
            {Concern.LONGER},
        ),
        (
            "every day at 08:00 for 5 days",
            "no end",
            "1 tablet, every day at 08:00",
            {Concern.END_LOST},
        ),
        (
            "every day at 08:00 for 5 days",
            "until 26 november",
            "1 tablet, every day at 08:00, last day 26 November 2026",
            set(),
        ),
        (
            TAPER,
            "until 25 november",
            "20 mg, every day at 09:00, last day 25 November 2026",
            {Concern.STEPS_LOST},
        ),
        (
            "every 8 hours from 06:00",
            "at 07:00",
            "1 tablet, every 8 hours: 07:00, 15:00 and 23:00",
            set(),
        ),
        (
            "every 8 hours from 06:00",
            "every day at 08:00",
            "1 tablet, every day at 08:00",
            {Concern.INTERVAL_LOST},
        ),
        (
            "every 8 hours after the last dose",
            "every 6 hours",
            "1 tablet, every 6 hours after the last dose",
            {Concern.MORE_OFTEN},
        ),
        # Another kind of rhythm keeps what it can.
        (
            "every day at 08:00 for 5 days",
            "every 8 hours",
            "1 tablet, every 8 hours: 00:00, 08:00 and 16:00, last day 28 November 2026",
            {Concern.MORE_OFTEN},
        ),
        (
            "every day at 08:00 for 5 days",
            "as needed, max 2",
            "1 tablet, as needed, at most 2 in 24 hours, last day 28 November 2026",
            {Concern.TIMES_LOST},
        ),
        (
            "as needed, 6 hours apart, max 4 a day",
            "at 08:00",
            "1 tablet, every day at 08:00",
            {Concern.MORE_OFTEN, Concern.INTERVAL_LOST, Concern.MAXIMUM_LOST},
        ),
        # Limits.
        (
            "as needed, 6 hours apart, max 4 a day",
            "4 hours apart",
            "1 tablet, as needed, at least 4 hours apart, at most 4 in 24 hours",
            {Concern.MORE_OFTEN},
        ),
        (
            "as needed, 6 hours apart, max 4 a day",
            "max 3",
            "1 tablet, as needed, at least 6 hours apart, at most 3 in 24 hours",
            set(),
        ),
        (
            "as needed, 6 hours apart, max 4 a day",
            "no maximum",
            "1 tablet, as needed, at least 6 hours apart",
            {Concern.MAXIMUM_LOST},
        ),
        # Amounts.
        ("at 08:00", "2 tablets", "2 tablets, every day at 08:00", {Concern.LARGER}),
        ("at 08:00", "½ tablet", "½ tablet, every day at 08:00", set()),
        ("at 08:00", "50 mg", "50 mg, every day at 08:00", {Concern.OTHER_UNIT}),
        ("at 08:00", "2 tablets at 09:00", "2 tablets, every day at 09:00", {Concern.LARGER}),
        (
            TWO_AMOUNTS,
            "1 tablet at 07:00 and 3 tablets at 21:00",
            "1 tablet at 07:00 and 3 tablets at 21:00",
            {Concern.LARGER},
        ),
        (
            TAPER,
            "40 mg for 5 days, then 20 mg for 5 days",
            (
                "40 mg at 09:00, last day 28 November 2026, then"
                " 20 mg at 09:00, last day 3 December 2026"
            ),
            {Concern.LARGER},
        ),
    ],
)
def test_what_is_named_changes_and_what_is_lost_is_asked(
    schedule: str, words: str, new: str, asked: set[Concern]
) -> None:
    before = content(schedule, "20 mg" if schedule == TAPER else "1 tablet")
    after = changed(before, words)
    assert said(after) == new
    assert concerns(before, after) == asked


class TestWhatCouldMeanSeveral:
    def test_the_amount_of_which_time(self) -> None:
        old = content(TWO_AMOUNTS)
        question = change(old, "3 tablets")
        assert isinstance(question, AskPlace)
        assert [place.times[0].hour for place in question.places] == [8, 22]
        first, second = question.places
        assert said(changed(old, "3 tablets", place=second.key)) == (
            "1 tablet at 08:00 and 3 tablets at 22:00"
        )
        assert said(changed(old, "3 tablets", place=first.key)) == (
            "3 tablets at 08:00 and 2 tablets at 22:00"
        )
        assert said(changed(old, "3 tablets", place=ALL)) == (
            "3 tablets, every day at 08:00 and 22:00"
        )

    def test_the_amount_of_which_step(self) -> None:
        old = content(TAPER, "20 mg")
        question = change(old, "15 mg")
        assert isinstance(question, AskPlace)
        assert [place.step for place in question.places] == [1, 2]
        assert said(changed(old, "15 mg", place=question.places[1].key)) == (
            "20 mg at 09:00, last day 28 November 2026, then"
            " 15 mg at 09:00, last day 3 December 2026"
        )

    def test_a_strength_is_one_of_several(self) -> None:
        old = content("1 tablet at 08:00 and ½ at 22:00", "5 mg")
        question = change(old, "10 mg")
        assert isinstance(question, AskPlace)
        assert question.strength == old.dosage
        new = changed(old, "10 mg", place=STRENGTH)
        assert (new.dosage.words, new.schedule) == ("10 mg", old.schedule)
        assert concerns(old, new) == {Concern.LARGER}
        # What is counted in tablets is no strength in mg.
        of_tablets = change(old, "3 tablets")
        assert isinstance(of_tablets, AskPlace)
        assert of_tablets.strength is None

    def test_how_much_at_another_number_of_times(self) -> None:
        old = content(TWO_AMOUNTS)
        question = change(old, "at 09:00")
        assert question == AskAmount((ONE_TABLET, TWO_TABLETS))
        new = apply_change(old, Change(times=(time(9),), dosage=TWO_TABLETS), zone=LONDON, now=NOW)
        assert isinstance(new, Content)
        assert said(new) == "2 tablets, every day at 09:00"

    def test_the_times_of_which_step(self) -> None:
        old = content("20 mg for 5 days at 09:00, then 10 mg for 5 days at 21:00", "20 mg")
        question = change(old, "at 07:00")
        assert isinstance(question, AskPlace)
        assert question.is_about_times
        assert said(changed(old, "at 07:00", place="s1")) == (
            "20 mg at 09:00, last day 28 November 2026, then"
            " 10 mg at 07:00, last day 3 December 2026"
        )

    @pytest.mark.parametrize(
        ("schedule", "words", "so_far", "count"),
        [
            ("every monday at 09:00", "twice a day", [9], 2),
            ("every monday at 09:00", "every morning", [9], None),
            ("every 8 hours from 06:00", "every day", [6, 14, 22], None),
            ("as needed, max 4", "every 6 hours", [], 1),
        ],
    )
    def test_at_what_time(
        self, schedule: str, words: str, so_far: list[int], count: int | None
    ) -> None:
        question = change(content(schedule), words)
        assert isinstance(question, AskTimes)
        assert [at.hour for at in question.so_far] == so_far
        assert question.count == count


def test_other_days_are_counted_from_when_it_was_due_next() -> None:
    """Every 2 days from yesterday on: due tomorrow, and from then on every 3 days."""
    old = content("every 2 days at 09:00 from 22 november 2026")
    new = changed(old, "every 3 days")
    assert isinstance(new.schedule, WallClock)
    assert new.schedule.starts_on == date(2026, 11, 24)


def test_steps_that_are_over_stay_as_they_were() -> None:
    old = content(TAPER, "20 mg")
    later = NOW + timedelta(days=7)
    typed = parse_change("at 19:00", schedule=old.schedule, zone=LONDON, now=later)
    new = apply_change(old, typed, zone=LONDON, now=later)
    assert isinstance(new, Content)
    assert isinstance(new.schedule, Steps)
    assert [step.times[0].hour for step in new.schedule.steps] == [9, 19]


@pytest.mark.parametrize(
    ("schedule", "words", "problem"),
    [
        ("every monday at 09:00", "blorp", Problem.UNKNOWN_WORDS),
        ("every monday at 09:00", "every day at 08:00 until 1 november 2026", Problem.END_IN_PAST),
        ("as needed", "as needed at 08:00", Problem.AS_NEEDED_AT_TIMES),
        ("at 08:00", "every 2 days on monday", Problem.CONTRADICTION),
        ("at 08:00", "once a week", Problem.WEEKDAYS_MISSING),
    ],
)
def test_what_cannot_be_read_is_said(schedule: str, words: str, problem: Problem) -> None:
    with pytest.raises(Misunderstood) as refused:
        change(content(schedule), words)
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("every monday at 09:00", "max 4"),  # a limit of what is due
        ("every day at 08:00 for 5 days", "from 5 december"),  # begins after its end
        ("at 08:00", "every 2 weeks"),  # on which day?
    ],
)
def test_what_cannot_be_is_refused(schedule: str, words: str) -> None:
    with pytest.raises(InvalidSchedule):
        change(content(schedule), words)


@pytest.mark.parametrize(
    ("words", "minutes", "most"),
    [
        ("6 hours", 360, None),
        ("6h", 360, None),
        ("every 6 hours", 360, None),
        ("90 minutes", 90, None),
        ("4 hours apart, max 4", 240, 4),
    ],
)
def test_how_far_apart(words: str, minutes: int, most: int | None) -> None:
    schedule = AsNeeded(TODAY)
    typed = parse_least_time(words, schedule=schedule, zone=LONDON, now=NOW)
    assert typed == Change(min_interval=timedelta(minutes=minutes), max_per_day=most)


@pytest.mark.parametrize("words", ["4", "four", "4 times", "max 4 a day", "4 in 24 hours"])
def test_how_often(words: str) -> None:
    typed = parse_most(words, schedule=AsNeeded(TODAY), zone=LONDON, now=NOW)
    assert typed == Change(max_per_day=4)


@pytest.mark.parametrize("words", ["6", "banana", "at 08:00", "2 tablets", ""])
def test_no_length_of_time(words: str) -> None:
    with pytest.raises(Misunderstood):
        parse_least_time(words, schedule=AsNeeded(TODAY), zone=LONDON, now=NOW)


# For every rhythm, and every change of one part.

hours = st.lists(st.integers(0, 23), min_size=1, max_size=24, unique=True)
contents = schedules.map(
    lambda schedule: Content(
        "Med", next(iter(own_dosages(schedule)), parse_dosage("1 tablet")), schedule
    )
)


def parts(schedule: Schedule) -> dict[str, object]:
    """Everything that a rhythm says, by name."""
    match schedule:
        case WallClock():
            return {
                "times": schedule.times,
                "days": schedule.days,
                "starts": schedule.starts_on,
                "ends": schedule.ends_on,
                "amounts": schedule.dosages,
            }
        case Elapsed():
            return {
                "every": schedule.every,
                "starts": schedule.starts_at,
                "ends": schedule.ends_at,
                "follows": schedule.from_last_intake,
            }
        case AsNeeded():
            return {
                "starts": schedule.starts_on,
                "ends": schedule.ends_on,
                "interval": schedule.min_interval,
                "most": schedule.max_per_day,
            }
        case Steps(steps=steps):
            return {str(n): parts(step) for n, step in enumerate(steps)}


def kept(old: Schedule, new: Schedule, *but: str) -> None:
    """Whatever is not named stays."""
    assert type(new) is type(old)
    if isinstance(old, Steps) and isinstance(new, Steps):
        assert len(old.steps) == len(new.steps)
        for before, after in zip(old.steps, new.steps, strict=True):
            kept(before, after, *but)
        return
    before_parts, after_parts = parts(old), parts(new)
    for name, value in before_parts.items():
        if name not in but:
            assert after_parts[name] == value, name


def words_of_hours(chosen: Sequence[int], count: int) -> str:
    return "at " + " and ".join(f"{hour:02}:07" for hour in sorted(chosen)[:count])


@given(st.one_of(wall_clocks(), amounts_by_time(), tapers()), hours)
def test_hours_change_hours(schedule: Schedule, chosen: list[int]) -> None:
    count = len(schedule.times if isinstance(schedule, WallClock) else ((),))
    assume(len(chosen) >= count)
    dosage = next(iter(own_dosages(schedule)), ONE_TABLET)
    old = Content("Med", dosage, schedule)
    new = changed(old, words_of_hours(chosen, count), place=ALL)
    kept(schedule, new.schedule, "times")
    assert (new.name, new.dosage) == (old.name, old.dosage)
    assert times_of(new.schedule, zone=LONDON, now=NOW) == tuple(
        time(hour, 7) for hour in sorted(chosen)[:count]
    )
    assert concerns(old, new) == set()


@given(elapsed())
def test_another_hour_of_what_is_due_by_the_hour(schedule: Elapsed) -> None:
    assume(not schedule.from_last_intake)
    assume(schedule.ends_at is None)
    old = Content("Med", ONE_TABLET, schedule)
    kept(schedule, changed(old, "at 07:07").schedule, "starts")


@given(elapsed(), st.sampled_from([60, 120, 240, 300, 720, 900]))
def test_other_hours_between_keep_the_clock_and_the_end(schedule: Elapsed, minutes: int) -> None:
    old = Content("Med", ONE_TABLET, schedule)
    every = timedelta(minutes=minutes)
    new = apply_change(old, Change(every=every), zone=LONDON, now=NOW)
    assert isinstance(new, Content)
    assert isinstance(new.schedule, Elapsed)
    kept(schedule, new.schedule, "every", "starts")
    assert new.schedule.every == every
    is_more = every < schedule.every
    assert (Concern.MORE_OFTEN in concerns(old, new)) == is_more


@given(st.one_of(wall_clocks(), amounts_by_time()), st.sampled_from(Weekday))
def test_days_change_days(schedule: WallClock, weekday: Weekday) -> None:
    dosage = next(iter(own_dosages(schedule)), ONE_TABLET)
    old = Content("Med", dosage, schedule)
    new = apply_change(old, Change(days=Weekly(frozenset({weekday}))), zone=LONDON, now=NOW)
    assert isinstance(new, Content)
    kept(schedule, new.schedule, "days")
    assert new.dosage == old.dosage


@given(contents, st.integers(1100, 1500))
def test_an_end_changes_the_end(old: Content, days: int) -> None:
    ends_on = TODAY + timedelta(days=days)
    new = apply_change(old, Change(ends_on=ends_on), zone=LONDON, now=NOW)
    assert isinstance(new, Content)
    if isinstance(old.schedule, Steps):
        assert isinstance(new.schedule, Steps)
        for before, after in zip(old.schedule.steps[:-1], new.schedule.steps, strict=False):
            assert before == after
        kept(old.schedule.steps[-1], new.schedule.steps[-1], "ends")
    else:
        kept(old.schedule, new.schedule, "ends")
    assert new.dosage == old.dosage
    endless = apply_change(old, Change(has_no_end=True), zone=LONDON, now=NOW)
    assert isinstance(endless, Content)
    had_end = parts(old.schedule).get("ends") is not None or isinstance(old.schedule, Steps)
    assert (Concern.END_LOST in concerns(old, endless)) == had_end


@given(contents)
def test_an_amount_changes_the_amount_and_asks_which(old: Content) -> None:
    amount = parse_dosage("7 tablets")
    outcome = apply_change(old, Change(dosage=amount), zone=LONDON, now=NOW)
    places = places_of(old, today=TODAY)
    if isinstance(outcome, Content):
        assert not places
        assert outcome.schedule == old.schedule
        assert outcome.dosage == amount
        return
    assert isinstance(outcome, AskPlace)
    for place in outcome.places:
        new = apply_change(old, Change(dosage=amount, place=place.key), zone=LONDON, now=NOW)
        assert isinstance(new, Content)
        kept(old.schedule, new.schedule, "amounts")
        before, after = own_dosages(old.schedule), own_dosages(new.schedule) or [new.dosage]
        touched = [n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b]
        if own_dosages(new.schedule):
            assert all(after[n] == amount for n in touched)
            assert len(touched) == len(place.times)
    everywhere = apply_change(old, Change(dosage=amount, place=ALL), zone=LONDON, now=NOW)
    assert isinstance(everywhere, Content)
    assert set(own_dosages(everywhere.schedule) or [everywhere.dosage]) == {amount}


@given(as_needed(), st.integers(1, 24), st.sampled_from([60, 120, 360]))
def test_limits_change_limits(schedule: AsNeeded, most: int, minutes: int) -> None:
    old = Content("Med", ONE_TABLET, schedule)
    kept(schedule, changed(old, f"max {most}").schedule, "most")
    kept(schedule, changed(old, f"{minutes // 60} hours apart").schedule, "interval")
    assert changed(old, "as needed") == old


@given(contents)
def test_a_name_changes_the_name(old: Content) -> None:
    new = apply_change(old, Change(name="Other"), zone=LONDON, now=NOW)
    assert new == replace(old, name="Other")
    assert isinstance(new, Content)
    assert list_concerns(old, new, zone=LONDON, now=NOW) == ()


@given(contents, lines)
def test_no_words_crash_a_change(old: Content, words: str) -> None:
    try:
        typed = parse_change(words, schedule=old.schedule, zone=LONDON, now=NOW)
        assert Change.from_json(typed.to_json()) == typed
        new = apply_change(old, typed, zone=LONDON, now=NOW)
    except (Misunderstood, InvalidSchedule):
        return
    if isinstance(new, Content):
        list_concerns(old, new, zone=LONDON, now=NOW)


@given(contents, contents)
def test_whatever_becomes_of_a_medicine_can_be_compared(old: Content, new: Content) -> None:
    found = list_concerns(old, new, zone=LONDON, now=NOW)
    assert type(old.schedule) is type(new.schedule) or found or isinstance(new.schedule, Elapsed)
    assert list_concerns(old, old, zone=LONDON, now=NOW) == ()
