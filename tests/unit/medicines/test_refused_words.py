"""What was typed before a refusal is never replaced by the answer to the question after it: weekly
stays weekly, a course keeps its end.
"""

from datetime import UTC, datetime, time

import pytest

from bot.features.medicines.flows.content.new_schedules import read_schedule
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.problems import Misunderstood, Problem
from domain.local_time import Weekday
from domain.medicines.schedules.days import EVERY_DAY, Days, Weekly
from domain.medicines.schedules.kinds import Schedule, WallClock
from domain.medicines.schedules.moments import USUAL_DAY
from domain.medicines.schedules.moments_of_schedules import parts_of
from tests.unit.grammar.family import LONDON, MUM

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FRIDAYS = Weekly(frozenset({Weekday.FRIDAY}))
MONDAYS = Weekly(frozenset({Weekday.MONDAY}))


def answered(line: str, answer: str) -> Schedule | None:
    """The schedule after *answer* to what *line* leaves open."""
    typed = understand_medicine(line, people=[MUM], now=NOW)
    assert typed.problem is not None
    found = read_schedule(
        answer,
        so_far=typed.schedule_so_far,
        refused=typed.refused,
        zone=LONDON,
        now=NOW,
        day=USUAL_DAY,
        dosage=typed.dosage,
    )
    return found.schedule


@pytest.mark.parametrize(
    ("line", "answer", "days"),
    [
        ("Methotrexate 10 mg every friday with folic acid", "every friday 8pm", FRIDAYS),
        ("Methotrexate 10 mg every friday at 8", "20:00", FRIDAYS),
        ("Methotrexate 10 mg at 25:00 on fridays", "8pm", FRIDAYS),
        ("Methotrexate 10 mg every day on mondays at 8am", "every monday 8pm", MONDAYS),
        ("Methotrexate 10 mg every friday unless unwell", "every friday at 8pm", FRIDAYS),
        ("Aspirin 100 mg at 8", "8pm", EVERY_DAY),
        ("Aspirin 100 mg at 8", "in the evening", EVERY_DAY),
        ("Methotrexate 10 mg every friday at 8", "evening", FRIDAYS),
    ],
)
def test_an_answer_completes_what_could_be_read(line: str, answer: str, days: Days) -> None:
    schedule = answered(line, answer)
    assert isinstance(schedule, WallClock)
    assert (schedule.days, schedule.times) == (days, (time(20),))
    assert not parts_of(schedule)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("Prednisolone 40 mg for 5 days", "30 mg for 5 days, 20 mg for 5 days at 8am"),
        ("Warfarin Mon 3mg Tue 3mg", "Wed 4mg Thu 3mg Fri 3mg Sat 4mg Sun 3mg at 6pm"),
    ],
)
def test_amounts_that_may_come_later_do_not_replace_the_first(line: str, answer: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        answered(line, answer)
    assert refused.value.problem is Problem.STEP_OR_INSTEAD


def test_parts_of_the_day_do_not_replace_an_hour() -> None:
    with pytest.raises(Misunderstood) as refused:
        answered("Aspirin 100 mg twice a day at 8", "morning and evening")
    assert refused.value.problem is Problem.SAY_ALL_OF_IT


@pytest.mark.parametrize(
    "line",
    [
        "Methotrexate 10 mg every day on mondays at 8am",
        "Methotrexate 10 mg every friday unless unwell",
        "Prednisolone 20 mg for 5 days not at 8am",
        "Warfarin 5 mg mon-fri and 2.5 mg sat sun at 25:00",
        "Codeine 30 mg as needed max 4 a day not at night",
        "Methotrexate 10 mg wkly",
        "Methotrexate 10 mg once wkly for 12 weeks with water",
        "Amlodipine 5 mg od discontinued",
        "Amoxicillin 500 mg thrice for 7 days",
        "Prednisolone 5 mg x6 od 5/7",
        "Prednisolone 40 mg daily x 5",
        "Warfarin 3mg (3,3,3,4,3,3,4) 6pm",
        "Warfarin 3mg (4mg on Sundays) 6pm",
    ],
)
def test_an_answer_that_leaves_out_a_part_is_no_answer(line: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        answered(line, "8pm")
    assert refused.value.problem is Problem.SAY_ALL_OF_IT


@pytest.mark.parametrize(
    "words",
    [
        "at 08:00 blorp",
        "9am barring sunday",
        "9am dialysis days",
        "9am before the procedure",
        "at 8am half at 6pm",
        "10pm, clinic on thursday",
        "8am tapering",
    ],
)
def test_nothing_is_offered_to_be_saved_beside_words_that_nobody_has_read(words: str) -> None:
    typed = understand_medicine(f"Aspirin 100 mg {words}", people=[MUM], now=NOW)
    assert typed.problem is not None
    assert (typed.schedule, typed.schedule_so_far, typed.refused) == (None, "", words)
