"""One hostile family beside ordinary ones: what it does, and what the others notice of it.

Each simulated minute some of the ordinary families are due, and press Taken on their card. The
hostile one taps hundreds of times, has hundreds of cards in that minute, rows and updates that
nobody can read, phones that have blocked the bot, chats that have to wait, that are slow, that
answer oddly or refuse, and sentences without an end.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TextIO, TypeVar

from bot.ops.logs import LineFormatter
from bot.sandbox import Person
from tests.town import (
    Town,
    add_medicine,
    add_person,
    clock_in_london,
    found_family,
    join,
)

TAPS = 300  # in each minute
CARDS = 500
SPREAD_SECONDS = 6  # in which a minute's noise is made: a simulated minute need not last longer
HOSTILE = "Ravenscroft"
#: What people are called, take and type here: no log may hold it. No file or function has such a
#: name, for the log names those (a stack of the watchdog did, `noisy.py`).
PRIVATE = (
    "stillwater",
    "loudmouth",
    "silencium",
    "bad11111",
    "ravenscroft",
    "until at",
    "for with",
    "xxxxx",
)
ODD_UPDATES: Sequence[tuple[str, Any]] = (
    ("message", {"text": "Loudmouth"}),
    ("message", {"message_id": 1, "date": 1, "text": "Loudmouth", "entities": [{"type": "bold"}]}),
    ("poll", {"id": "1", "question": "Loudmouth?"}),
    ("callback_query", {"id": 7}),
)
ODD_RESULTS: Sequence[Any] = (True, {}, [], None)

_STOCKS = """
    UPDATE medications SET stock = 0, stock_unit = 'mg',
           stock_check_at = date_trunc('minute', clock_now(), 'UTC') WHERE name LIKE 'Bad%'
"""
_SCHEDULES = """
    UPDATE medications SET schedule = '{}', expanded_until = clock_now() WHERE name LIKE 'Bad%'
"""
_MESSAGES = """
    INSERT INTO notifications (id, family_id, user_id, kind, lane, deadline_at, facts)
    SELECT gen_random_uuid(), m.family_id, m.user_id, 'refill', 0, clock_now(), '{}'
    FROM family_members m JOIN families f ON f.id = m.family_id WHERE f.name = 'Ravenscroft'
"""
_CARDS = """
    INSERT INTO notifications (id, family_id, user_id, kind, lane, deadline_at, facts, slot_at,
                               care_recipient_id, ask_no)
    SELECT gen_random_uuid(), m.family_id, m.user_id, 'missed', 1, clock_now() - interval '1 hour',
           '{"dose_ids": []}', date_trunc('minute', clock_now(), 'UTC'), r.id, n
    FROM family_members m JOIN families f ON f.id = m.family_id
    JOIN care_recipients r ON r.family_id = f.id
    CROSS JOIN generate_series(1, :each) n WHERE f.name = 'Ravenscroft'
    ON CONFLICT DO NOTHING
"""


@dataclass
class Neighbourhood:
    """Families of one person each, due at different minutes, and the hostile one."""

    town: Town
    ordinary: Sequence[Person]
    hostile: Sequence[Person]
    first: datetime  # the minute in which the first of them are due
    minutes: int
    card_seconds: list[float] = field(default_factory=list)
    press_seconds: list[float] = field(default_factory=list)
    lost: int = 0

    @classmethod
    async def settle(cls, town: Town, *, families: int, minutes: int) -> "Neighbourhood":
        noisy, *helpers = (town.person(f"{HOSTILE} {n}") for n in range(4))
        await found_family(noisy, HOSTILE)
        await add_person(noisy, "Loudmouth")
        for helper in helpers:
            await join(noisy, helper)
        for number in range(4):
            await add_medicine(noisy, f"Bad{number * 11111} 5 mg at 03:00")
        people = [town.person(f"Stillwater {number}") for number in range(families)]
        first = town.minute(ahead=10)
        for at in range(0, families, 20):
            await asyncio.gather(
                *(
                    _settle(person, clock_in_london(first + timedelta(minutes=(at + n) % minutes)))
                    for n, person in enumerate(people[at : at + 20])
                )
            )
        await town.settled(seconds=60)
        return cls(town, people, [noisy, *helpers], first, minutes)

    async def live(self) -> None:
        """All minutes, one after the other."""
        odd, blocked, waiting, slow = self.hostile
        fail = self.town.sandbox.fail_next
        for result in ODD_RESULTS:
            fail("sendMessage", results=[result], chat=odd, times=25)
        fail("sendMessage", status=403, chat=blocked, times=None)
        fail("sendMessage", status=429, retry_after=5, chat=waiting, times=None)
        fail("sendMessage", delay=4, chat=slow, times=None)
        for number in range(self.minutes):
            minute = self.first + timedelta(minutes=number)
            self.town.jump_to(minute - timedelta(seconds=2))
            due = [p for n, p in enumerate(self.ordinary) if n % self.minutes == number]
            noise = asyncio.create_task(self._make_noise())
            at = clock_in_london(minute)
            await asyncio.gather(*(self._take(person, at) for person in due))
            await noise
        self.town.sandbox.heal()

    async def _make_noise(self) -> None:
        for sql in (_STOCKS, _SCHEDULES, _MESSAGES):
            await self.town.change(sql)
        await self.town.change(_CARDS, each=CARDS // len(self.hostile))
        noisy, _, _, slow = self.hostile
        for odd in ODD_UPDATES:
            self.town.sandbox._world.updates.put(*odd)
        self.town.sandbox.fail_next("sendMessage", status=413, chat=noisy, times=5)
        listed = next((m for m in reversed(noisy.messages) if m.buttons), None)
        for tap in range(TAPS):
            if listed is not None:
                buttons = [button for row in listed.buttons for button in row]
                noisy.tap(buttons[tap % len(buttons)].text, message=listed)
            if tap % 30 == 0:
                await noisy.send("/addmed " + "for with and until at " * 180)
                await slow.send("x" * 4_000)
                await noisy.send("/meds")
            await asyncio.sleep(SPREAD_SECONDS / TAPS)

    async def _take(self, person: Person, at: str) -> None:
        """From the full minute to the card, and from the press to its toast."""
        wait = self.town.clock.now().replace(microsecond=0)
        left = 60 - wait.second if wait.second else 0
        full_minute = time.monotonic() + min(left, 3)
        try:
            card = await person.sees(f"Mum · {at}", timeout=30)
            self.card_seconds.append(time.monotonic() - full_minute)
            began = time.monotonic()
            await person.press("Taken", message=card, timeout=30)
            self.press_seconds.append(time.monotonic() - began)
        except TimeoutError:
            self.lost += 1


async def _settle(person: Person, at: str) -> None:
    await found_family(person, f"Family of {person.name}")
    await add_person(person)
    await add_medicine(person, f"Silencium 7 mg at {at}")


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


File = TypeVar("File", bound=TextIO)


@contextmanager
def logging_at_debug(written: File) -> Iterator[File]:
    """Have *written* hold what a log at DEBUG does, of libraries too."""
    handler = logging.StreamHandler(written)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def find_private(log: Iterable[str], *, token: str) -> set[str]:
    """Which private words, or the token, the lines of *log* hold."""
    words = {word.lower() for word in (*PRIVATE, token)}
    return {word for line in log for word in words if word in line.lower()}
