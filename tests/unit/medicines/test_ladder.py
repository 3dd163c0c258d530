"""The ladder of a dose: whole minutes, and never beyond the window."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.medicines.doses.ladder import (
    HOLD,
    LADDERS,
    WINDOWS,
    after_hold,
    after_snooze,
    after_undo,
    first_action,
    has_step,
    missed_at,
    next_action,
    rungs_taken,
    window_end,
)
from domain.models.family import LadderPlan
from domain.timers import NextAction, Step, ceil_minute

USUAL, STEEP, ONCE = LadderPlan.USUAL, LadderPlan.STEEP, LadderPlan.ONCE
EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TEN = EIGHT + timedelta(hours=2)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("instant", "rounded"),
    [
        (EIGHT, EIGHT),
        (EIGHT + timedelta(microseconds=1), EIGHT + minutes(1)),
        (EIGHT + timedelta(seconds=59.999), EIGHT + minutes(1)),
        (EIGHT + minutes(59.5), EIGHT + minutes(60)),
    ],
)
def test_an_alarm_rings_at_whole_minutes_and_never_early(
    instant: datetime, rounded: datetime
) -> None:
    assert ceil_minute(instant) == rounded


@pytest.mark.parametrize("window", WINDOWS)
def test_a_dose_can_be_answered_for_as_long_as_the_family_wants(window: timedelta) -> None:
    assert window_end(EIGHT, None, window=window) == EIGHT + window
    assert window_end(EIGHT, EIGHT + timedelta(hours=12), window=window) == EIGHT + window


def test_the_next_dose_ends_the_window_of_the_one_before() -> None:
    assert window_end(EIGHT, EIGHT + minutes(30), window=minutes(120)) == EIGHT + minutes(30)


def test_a_dose_is_asked_for_when_it_is_due_and_missed_when_its_window_ends() -> None:
    assert first_action(EIGHT) == NextAction(Step.ASK, EIGHT)
    assert missed_at(TEN) == NextAction(Step.MISS, TEN)


def climbed(window: timedelta, plan: LadderPlan = USUAL) -> list[tuple[Step, timedelta]]:
    """The steps of a dose that nobody answers, after it was due."""
    ends, rung, action = EIGHT + window, 0, first_action(EIGHT)
    taken = [(action.step, action.at - EIGHT)]
    while action.step is not Step.MISS:
        rung = rungs_taken(action.step, rung, plan)
        action = next_action(rung, action.at, plan=plan, due_at=EIGHT, window_ends_at=ends)
        taken.append((action.step, action.at - EIGHT))
    return taken


def test_nobody_answers() -> None:
    assert climbed(minutes(120)) == [
        (Step.ASK, minutes(0)),
        (Step.AGAIN, minutes(10)),
        (Step.AGAIN, minutes(20)),
        (Step.OTHERS, minutes(30)),
        (Step.MISS, minutes(120)),
    ]


def test_in_a_short_window_the_steps_are_closer_together() -> None:
    assert climbed(minutes(30)) == [
        (Step.ASK, minutes(0)),
        (Step.AGAIN, minutes(5)),
        (Step.AGAIN, minutes(10)),
        (Step.OTHERS, minutes(15)),
        (Step.MISS, minutes(30)),
    ]
    # At most one step a minute, and none past the window.
    assert climbed(minutes(3)) == [
        (Step.ASK, minutes(0)),
        (Step.AGAIN, minutes(1)),
        (Step.AGAIN, minutes(2)),
        (Step.MISS, minutes(3)),
    ]


def test_who_snoozes_after_the_others_were_told_is_asked_and_then_they_are_told_again() -> None:
    rung = rungs_taken(Step.ASK, len(LADDERS[USUAL]), USUAL)
    action = next_action(rung, EIGHT + minutes(60), plan=USUAL, due_at=EIGHT, window_ends_at=TEN)
    assert action == NextAction(Step.OTHERS, EIGHT + minutes(70))


def test_a_dose_that_somebody_is_on_waits_but_not_past_its_window() -> None:
    now = EIGHT + minutes(9)
    held = after_hold(Step.AGAIN, EIGHT + minutes(10), now=now, window_ends_at=TEN)
    assert held == NextAction(Step.AGAIN, now + HOLD)
    late = TEN - minutes(5)
    assert after_hold(Step.AGAIN, late, now=late, window_ends_at=TEN) == missed_at(TEN)
    # What is put off further than that stays so.
    later = EIGHT + minutes(60)
    assert after_hold(Step.ASK, later, now=now, window_ends_at=TEN).at == later


def test_snooze_asks_again_later() -> None:
    assert after_snooze(EIGHT + timedelta(seconds=20), minutes=10, window_ends_at=TEN) == (
        NextAction(Step.ASK, EIGHT + minutes(11))
    )


@pytest.mark.parametrize("pressed_after", [minutes(110), minutes(119), minutes(119.9)])
def test_snooze_never_passes_the_window(pressed_after: timedelta) -> None:
    assert after_snooze(EIGHT + pressed_after, minutes=10, window_ends_at=TEN) is None


@pytest.mark.parametrize(
    ("now", "asked", "expected"),
    [
        (EIGHT - minutes(20), False, NextAction(Step.ASK, EIGHT)),
        (EIGHT + minutes(5.2), False, NextAction(Step.ASK, EIGHT + minutes(6))),
        (EIGHT + minutes(5), True, NextAction(Step.AGAIN, EIGHT + minutes(15))),
        (TEN, True, None),
        (TEN + minutes(1), False, None),
    ],
    ids=["before it is due", "due but not asked", "asked", "at the end", "after the end"],
)
def test_undo_goes_back_to_where_the_ladder_would_be(
    now: datetime, asked: bool, expected: NextAction | None
) -> None:
    action = after_undo(now, rung=1, plan=USUAL, due_at=EIGHT, window_ends_at=TEN, asked=asked)
    assert action == expected


def test_what_is_critical_is_asked_about_faster() -> None:
    assert climbed(minutes(120), STEEP) == [
        (Step.ASK, minutes(0)),
        (Step.AGAIN, minutes(5)),
        (Step.AGAIN, minutes(10)),
        (Step.OTHERS, minutes(15)),
        (Step.MISS, minutes(120)),
    ]


def test_what_is_not_is_asked_about_once() -> None:
    assert climbed(minutes(120), ONCE) == [(Step.ASK, minutes(0)), (Step.MISS, minutes(120))]


@pytest.mark.parametrize(
    ("step", "rung", "plan", "has"),
    [
        (Step.AGAIN, 1, USUAL, True),
        (Step.AGAIN, 1, ONCE, False),
        (Step.OTHERS, 3, ONCE, False),
        (Step.OTHERS, 3, STEEP, True),
        (Step.ASK, 4, ONCE, True),  # it was snoozed
        (Step.MISS, 1, ONCE, True),
    ],
)
def test_a_step_that_was_set_by_another_plan(
    step: Step, rung: int, plan: LadderPlan, *, has: bool
) -> None:
    assert has_step(step, rung, plan) == has
