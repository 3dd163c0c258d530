# ruff: noqa: T201 -- a benchmark talks to whoever runs it
"""Sentences in own words, and how long reading them holds the event loop:
``python -m tests.benchmarks.sentences``.

Each sentence of the corpus is read by a family with 60 medicines, 50 appointments, 20 doctors and
12 members (goal: the 99th percentile at most 5 ms), beside the same sentence in lower case, split
into words (the least that any reader does). Then 4,096 characters of anything, by the family with
the most names (goal: at most 50 ms).
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.overview.flows.family_reader import FamilyReader
from bot.grammar.intents.known import Known, KnownHelper, KnownPill, KnownVisit, Named
from bot.grammar.people import Person
from bot.grammar.warm_up import warm_up
from tests.benchmarks.hostile import hostile_texts
from tests.unit.grammar.intents.corpus import FAMILY, MUM, NOW, read_corpus

GOAL_SECONDS = 0.005
GOAL_SECONDS_OF_ANYTHING = 0.05
LONGEST = 4_096
_PILLS, _VISITS, _DOCTORS, _MEMBERS = 60, 50, 20, 12


async def main() -> None:
    warm_up()
    reader = FamilyReader(_large(), [Person("Mum", ZoneInfo("Europe/London"), MUM)], NOW)
    texts = [example.text for example in read_corpus()]
    for text in texts:
        reader.read_message(text)  # what is loaded once is loaded
    _report("by the reader", [_seconds(reader.read_message, text) for text in texts])
    _report("split into words", [_seconds(_split, text) for text in texts])
    names = [pill.name for pill in reader.known.pills]
    longest, text = max(
        (_seconds(reader.read_message, each), each) for each in _anything(texts, names)
    )
    print(
        f"{LONGEST:,} characters of anything, the longest ({text[:30]!r}…): {longest * 1000:.1f} ms"
        f" (goal: {GOAL_SECONDS_OF_ANYTHING * 1000:.0f} ms)"
    )


def _anything(texts: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    for _called, hostile in hostile_texts(names):
        yield hostile[:LONGEST]
    yield " and ".join(texts)[:LONGEST]
    yield ". ".join(texts)[:LONGEST]
    yield " ".join(f"{name[:-1]}x" for name in [*names] * 20)[:LONGEST]


def _large() -> Known:
    """The corpus's family with as many names as a family may have."""
    more = range(1_000, 2_000)
    return Known(
        people=FAMILY.people,
        pills=[
            *FAMILY.pills,
            *(KnownPill(UUID(int=n), f"Zyxolam {n}", MUM, "joints") for n in more[:_PILLS]),
        ],
        visits=[
            *FAMILY.visits,
            *(KnownVisit(UUID(int=n), f"Clinic {n}", MUM) for n in more[:_VISITS]),
        ],
        doctors=[
            *FAMILY.doctors,
            *(KnownHelper(UUID(int=n), f"Dr Zyx{n}", "Surgery") for n in more[:_DOCTORS]),
        ],
        members=[*FAMILY.members, *(Named(UUID(int=n), f"Zyx{n}") for n in more[:_MEMBERS])],
    )


def _seconds(read: Callable[[str], object], text: str) -> float:
    begun = time.thread_time()
    read(text)
    return time.thread_time() - begun


def _split(text: str) -> Sequence[str]:
    return text.casefold().split()


def _report(what: str, seconds: Sequence[float]) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    print(
        f"{len(seconds)} sentences {what}: median {cuts[49] * 1000:.2f} ms,"
        f" 99th percentile {cuts[98] * 1000:.2f} ms, the longest {max(seconds) * 1000:.2f} ms"
        f" (goal: {GOAL_SECONDS * 1000:.0f} ms)"
    )


if __name__ == "__main__":
    import asyncio

    asyncio.run(main())
