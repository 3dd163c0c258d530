"""Talks of families, performed: each `.talk` beside or below this file is a test."""

import re
from pathlib import Path

import pytest

from tests.databases import clock_at
from tests.talk.performance import BEFOREHAND, Performance, TalkFailed, begins_at
from tests.talk.script import UnreadableLine, read_line, read_talk
from tests.talk.stage import set_up_stage

TALKS = sorted(Path(__file__).parent.rglob("*.talk"))


async def perform(text: str, *, database_url: str, redis_url: str) -> str:
    """Everything that it says. Raises TalkFailed at the first line that does not hold."""
    talk = read_talk(text)
    begins, zone = begins_at(talk)
    told: list[str] = []
    clock = clock_at(begins - BEFOREHAND)
    async with set_up_stage(database_url=database_url, redis_url=redis_url, clock=clock) as stage:
        performance = Performance(stage, zone, told.append)
        for numbered in talk:
            await performance.perform(numbered)
    return "\n".join(told)


@pytest.mark.parametrize("text", [pytest.param(p.read_text(), id=p.stem) for p in TALKS])
async def test_the_talk_goes_as_written(text: str, database_url: str, redis_url: str) -> None:
    await perform(text, database_url=database_url, redis_url=redis_url)


BEGINNING = (
    'family "Us": Anna (admin), Ben (caregiver); Mum in Europe/London; at 2026-06-01 07:40\n'
)


@pytest.mark.parametrize(
    "lines",
    [
        "Anna: /today\n> a phrase that stands nowhere",
        "Anna: /today\nBen> Today",
        "Anna: /today\n!> Today",
        "Anna: /today\n08:00\n> Today",
        'Anna taps "Taken"',
        "Cleo: /today",
        "2026-05-31 08:00",
    ],
)
async def test_what_does_not_hold_fails(lines: str, database_url: str, redis_url: str) -> None:
    with pytest.raises(TalkFailed, match="line"):
        await perform(BEGINNING + lines, database_url=database_url, redis_url=redis_url)


async def test_what_happens_on_the_way_is_told_at_its_minute(
    database_url: str, redis_url: str
) -> None:
    lines = "Anna: /addmed Aspirin 100 mg at 08:00 and 20:00 for 2 days\n+3d\nBen>> Mum · 20:00"
    told = await perform(BEGINNING + lines, database_url=database_url, redis_url=redis_url)
    rung = re.findall(r"^  (... \d\d ... \d\d:\d\d):\d\d$", told, re.MULTILINE)
    assert rung == [
        "Mon 01 Jun 07:41",  # Ben hears that it was added
        *(
            f"{day} {at}"
            for day in ("Mon 01 Jun", "Tue 02 Jun")
            for at in ("08:00", "08:10", "08:20", "10:00", "20:00", "20:10", "20:20", "22:00")
        ),
    ]
    assert told.count("+ 💊 Mum · ") == 24  # four doses on two phones, asked three times


@pytest.mark.parametrize(
    "line", ["what is this", "25:00", "Tuesday 2026-06-01 08:00", "family Us: Anna", "+3 weeks"]
)
def test_a_line_of_no_form_is_refused(line: str) -> None:
    with pytest.raises(UnreadableLine):
        read_line(line)
