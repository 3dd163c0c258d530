"""A change changes what it names and keeps the rest: for every rhythm, and every part of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.grammar.commands.schedule_changes import parse_change
from bot.grammar.dosages import parse_dosage
from bot.grammar.problems import Misunderstood
from domain.local_time import Weekday
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import ALL, own_dosages, places_of
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.comparison import Concern, list_concerns
from domain.medicines.schedule_changes.editing import apply_change
from domain.medicines.schedule_changes.questions import AskPlace
from domain.medicines.schedules.clock_times import times_of
from domain.medicines.schedules.days import Weekly
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)
from domain.medicines.schedules.problems import InvalidSchedule
from tests.unit.grammar.commands.changes import LONDON, NOW, ONE_TABLET, TODAY, changed, concerns
from tests.unit.grammar.strategies import (
    amounts_by_time,
    as_needed,
    elapsed,
    lines,
    schedules,
    tapers,
    wall_clocks,
)

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
        case Combined(plans=plans):
            return {str(n): parts(plan) for n, plan in enumerate(plans)}


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
