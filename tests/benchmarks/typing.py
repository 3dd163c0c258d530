# ruff: noqa: T201 -- a benchmark talks to whoever runs it
"""What people type, and how long it holds the event loop: ``python -m tests.benchmarks.typing``.

The largest family that the limits allow (`domain/family/limits.py`), with names made to be looked
for in vain; its person is in a second one like it. Each command, and each question that a
conversation can ask, is given every text of :mod:`tests.benchmarks.hostile` (goal: at most 50 ms).
With a word (``… typing give``) only what begins so.

What counts is the computing time of the loop's thread between two of its rounds, so that others on
this machine do not count. The real handlers run on PostgreSQL; each transaction is rolled back.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.embedded import start_embedded
from bot.grammar.problems import Misunderstood
from bot.grammar.warm_up import warm_up
from bot.intake.request import Handler, Request
from bot.press_routes import PRESSES
from bot.redis.conversations import Conversation
from bot.routes import COMMANDS, FLOWS
from bot.ui.answer import Answer
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.appointments import ChangeAppointment, MoveAppointment
from bot.ui.presses.contacts import ChangeDoctor
from bot.ui.presses.conversation import Choose
from bot.ui.presses.doses import Correct
from bot.ui.presses.family import MovePerson, OwnClock, RenamePerson
from bot.ui.presses.medicines import (
    ChangeMedicine,
    Give,
    PauseMedicine,
    PausePerson,
    Refill,
    SetPerDose,
)
from bot.ui.presses.press import NOWHERE, Press
from bot.ui.presses.registry import decode
from domain.access import Role
from domain.appointments.adding import add_appointment
from domain.appointments.details import Details, NewAppointment
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import CareCircleError
from domain.family.limits import QUOTA_LIMITS, Quota
from domain.medicines.schedules.kinds import WallClock
from domain.models import CareRecipient, Doctor, Family, FamilyMember, Medication, User, new_id
from migrations import runner
from tests.benchmarks.hostile import hostile_lists, hostile_texts
from tests.databases import new_database
from tests.factories import give_surely
from tests.town import open_to_owner

GOAL_SECONDS = 0.05
FAMILIES = 2
# As much as is read at all of lines that may not be longer, by what the places to type are called.
LONGEST_READ = {"/addappt": 600, "addappt": 600, "/adddoctor": 600, "adddoctor": 600}
LONGEST_READ_ELSEWHERE = 1000
TAKE_LISTS = ("/addmed", "/addappt")
DEEPEST = 3  # buttons from a command on
ZONES = tuple(f"Etc/GMT{hours:+}" for hours in range(-10, 10))  # a schedule is fitted to each

#: Commands with what is typed behind them; the questions that follow are found by their buttons.
SEEDS = (
    *((name, "") for name in ("addmed", "give", "refill", "addappt", "adddoctor", "pause")),
    *((name, "") for name in ("addperson", "newfamily")),
    ("addmed", "Zyx for Person 0"),
    ("addmed", "Zyx 100 mg for Person 0"),
    ("addmed", "Zyx 100 mg twice a day for Person 0"),
    ("addmed", "Zyx 100 mg mon 08:00 for Person 0"),
    ("addmed", "Zyx 100 mg\nYxz 1 tablet at 08:00"),
    ("addappt", "Dentist for Person 0"),
    ("addappt", "Dentist tomorrow for Person 0"),
    ("addappt", "Dentist tomorrow 10:00 tomorrow for Person 0"),
    ("addappt", "Dentist tomorrow 10:00\nPhysio tomorrow 11:00"),
    ("adddoctor", "Dr Zyx for Person 0"),
    ("adddoctor", "Dr Zyx, dentist for Person 0"),
    ("addperson", "Zyx"),
    ("give", "Medicine 0"),
    ("give", "Medicine 0 this morning"),
    ("give", "Medicine 0 3 g at 05:00"),
    ("refill", "Medicine 0"),
    ("refill", "Medicine 0 28 tablets"),
    ("pause", "Person 0"),
    ("pause", "Medicine 0"),
)


class _Enough(Exception):
    """Ends a transaction that nothing should be left of."""


@dataclass(frozen=True)
class Home:
    """Who types, and what is there to be changed."""

    user_id: UUID
    family_id: UUID
    medicine_id: UUID
    person_id: UUID
    doctor_id: UUID
    names: tuple[str, ...]
    occurrence_id: UUID | None = None
    dose_id: UUID | None = None

    def presses(self) -> Iterator[Press]:
        """The buttons that begin a conversation."""
        for of_medicine in (ChangeMedicine, Give, Refill, SetPerDose, PauseMedicine):
            yield of_medicine(family_id=self.family_id, medication_id=self.medicine_id)
        for of_person in (RenamePerson, MovePerson, PausePerson):
            yield of_person(family_id=self.family_id, person_id=self.person_id)
        yield ChangeDoctor(family_id=self.family_id, doctor_id=self.doctor_id)
        for of_occurrence in (MoveAppointment, ChangeAppointment) if self.occurrence_id else ():
            yield of_occurrence(
                family_id=self.family_id, occurrence_id=self.occurrence_id or NOWHERE
            )
        if self.dose_id is not None:
            yield Correct(family_id=self.family_id, dose_id=self.dose_id)
        yield OwnClock(family_id=self.family_id)


@dataclass(frozen=True)
class Entry:
    """Where something can be typed: behind a command, or under a question."""

    name: str
    handler: Handler
    conversation: Conversation | None = None


async def main(only: str = "") -> None:
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        servers = await start_embedded(Path(folder), postgres=True, redis=False, durable=False)
        try:
            async with new_database(servers.database_url) as url:
                await runner.upgrade(url, serving_url=url)
                home = await _settle(url)
                database = Database(make_engine(url), clock=Clock())
                try:
                    home = await _begin_to_live(database, home)
                    await _measure(Typist(database, home), only)
                finally:
                    await database.close()
        finally:
            await servers.stop()


async def _measure(typist: "Typist", only: str) -> None:
    entries = [entry for entry in await typist.find_entries() if entry.name.startswith(only)]
    texts, lists = list(hostile_texts(typist.home.names)), list(hostile_lists(typist.home.names))
    held = ", ".join(f"{most} {kind}s" for kind, most in QUOTA_LIMITS.items())
    print(f"{held}; {len(entries)} places to type, {len(texts)} texts, {len(lists)} lists")
    slow, longest_of_all = 0, 0.0
    for entry in entries:
        longest, by = 0.0, ""
        for called, text in texts + (lists if entry.name in TAKE_LISTS else []):
            read = LONGEST_READ.get(entry.name.partition(":")[0], LONGEST_READ_ELSEWHERE)
            for length in (len(text), read):
                seconds = await typist.time(entry, text[:length])
                if seconds > longest:
                    longest, by = seconds, f"{called}, {length}"
        slow += longest > GOAL_SECONDS
        longest_of_all = max(longest_of_all, longest)
        print(f"{entry.name:40} {longest * 1000:7.1f} ms  ({by})", flush=True)
    goal = GOAL_SECONDS * 1000
    print(f"longest: {longest_of_all * 1000:.0f} ms; above {goal:.0f} ms: {slow} of {len(entries)}")


class Typist:
    """The person who types, as the bot sees them."""

    def __init__(self, database: Database, home: Home) -> None:
        self.home = home
        self._database = database

    async def find_entries(self) -> Sequence[Entry]:
        """All commands, and all questions that are found by following buttons from there."""
        entries = [Entry(f"/{name}", handler) for name, handler in COMMANDS.items()]
        begun = [await self._say(COMMANDS[name], text=text) for name, text in SEEDS]
        begun += [
            await self._say(PRESSES[type(press)], press=press) for press in self.home.presses()
        ]
        found: dict[tuple[str, str], Conversation] = {}
        for _ in range(DEEPEST):
            following: list[Answer] = []
            for answer in begun:
                conversation = _conversation(answer)
                if conversation is None or (conversation.flow, conversation.step) in found:
                    continue
                found[conversation.flow, conversation.step] = conversation
                for button in _buttons(answer):
                    press = decode(button)
                    if isinstance(press, Choose):
                        following.append(
                            await self._say(FLOWS.on_press, press=press, running=conversation)
                        )
            begun = following
        entries += [
            Entry(f"{flow}: {step}", FLOWS.on_message, conversation)
            for (flow, step), conversation in found.items()
        ]
        return entries

    async def time(self, entry: Entry, text: str) -> float:
        """The longest that *text* holds the loop, in seconds; of two tries the better one."""
        seconds = await self._time_once(entry, text)
        return min(seconds, await self._time_once(entry, text)) if seconds > 0.02 else seconds

    async def _time_once(self, entry: Entry, text: str) -> float:
        async with _measured() as measured:
            await self._say(entry.handler, text=text, running=entry.conversation)
        return measured.longest

    async def _say(
        self,
        handler: Handler,
        *,
        text: str | None = None,
        press: Press | None = None,
        running: Conversation | None = None,
    ) -> Answer:
        """The handler's answer, of which nothing stays."""
        answers: list[Answer] = []

        async def work(scope: Scope) -> None:
            await scope.enter_family()
            request = Request(
                scope, 1, "carecircle_bot", "Anna", text=text, press=press, conversation=running
            )
            try:
                answers.append(await handler(request))
            except Misunderstood as problem:
                misunderstood(problem)
            except CareCircleError:
                pass
            raise _Enough

        with suppress(_Enough):
            await self._database.run(work, as_user(self.home.user_id))
        return answers[0] if answers else Answer()


def _conversation(answer: Answer) -> Conversation | None:
    stored: dict[str, Any] | None = (answer.conversation or {}).get("continue")
    if stored is None:
        return None
    family_id = stored["family_id"]
    return Conversation(
        stored["flow"],
        stored["step"],
        UUID(stored["flow_id"]),
        stored["data"],
        stored["version"] + 1,
        0,
        UUID(family_id) if family_id else None,
    )


def _buttons(answer: Answer) -> Iterator[str]:
    for screen in answer.send[-1:]:
        for row in screen.keyboard:
            for button in row:
                if button.data:
                    yield button.data


class _Longest:
    longest = 0.0


@asynccontextmanager
async def _measured() -> AsyncIterator[_Longest]:
    """What the loop's thread computes at most from one round of the loop to the next."""
    measured = _Longest()

    async def beat() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            measured.longest = max(measured.longest, now - last)
            last = now

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0)
    try:
        yield measured
        await asyncio.sleep(0)
    finally:
        beating.cancel()


def _name(kind: str, number: int) -> str:
    """Plain, of the words that lines are taken apart at, of many words, of unusual letters."""
    match number % 5:
        case 1:
            return f"{'for ' * 18}{number}"
        case 2:
            return f"{'and with at ' * 6}{number}"
        case 3:
            return f"{' '.join('abcdefghijklmnopqrstuvwxyz')} {kind[0]} {number}"
        case 4:
            return f"{'é' * 30} {'ﷺ' * 30} {kind} {number}"
        case _:
            return f"{kind} {number}"


async def _settle(url: str) -> Home:
    """Families as large as they may be; the first is where the person types."""
    engine = create_async_engine(url)
    try:
        await open_to_owner(engine)
        async with engine.begin() as connection:
            user_id = new_id()
            await connection.execute(
                insert(User).values(id=user_id, telegram_id=1, name="Anna", started_at=_now())
            )
            homes = [await _settle_family(connection, user_id, n) for n in range(FAMILIES)]
            await connection.execute(update(User).values(current_family_id=homes[0].family_id))
        return homes[0]
    finally:
        await engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)


async def _settle_family(connection: AsyncConnection, user_id: UUID, number: int) -> Home:
    family_id, now = new_id(), _now()
    own: dict[str, Any] = {"family_id": family_id}
    made = {**own, "created_by_id": user_id}
    await connection.execute(
        insert(Family).values(id=family_id, name=f"Family {number}", created_by_id=user_id)
    )
    await connection.execute(
        insert(FamilyMember).values(user_id=user_id, role=Role.ADMIN, joined_at=now, **own)
    )
    people = [
        {**made, "id": new_id(), "name": _name("Person", n), "timezone": ZONES[n % len(ZONES)]}
        for n in range(QUOTA_LIMITS[Quota.PERSON])
    ]
    await connection.execute(insert(CareRecipient), people)
    medicines = [
        {
            **made,
            "id": new_id(),
            "care_recipient_id": people[n % len(people)]["id"],
            "name": _name("Medicine", n),
            "dosage": "1 tablet",
            "dosage_amount": 1,
            "dosage_unit": "tablet",
            "schedule": _SCHEDULE,
            "expanded_until": now + timedelta(days=2),
        }
        for n in range(QUOTA_LIMITS[Quota.MEDICINE])
    ]
    await connection.execute(insert(Medication), medicines)
    doctors = [
        {
            **made,
            "id": new_id(),
            "care_recipient_id": people[n % len(people)]["id"],
            "name": _name("Doctor", n),
        }
        for n in range(QUOTA_LIMITS[Quota.DOCTOR])
    ]
    await connection.execute(insert(Doctor), doctors)
    names = (people, medicines, doctors)
    return Home(
        user_id=user_id,
        family_id=family_id,
        person_id=people[0]["id"],
        medicine_id=medicines[0]["id"],
        doctor_id=doctors[0]["id"],
        names=tuple(row["name"] for rows in names for row in rows[:4]),
    )


_SCHEDULE = WallClock((clock_time(8), clock_time(20)), date(2026, 1, 1), None).to_json()


async def _begin_to_live(database: Database, home: Home) -> Home:
    """An appointment ahead, and a dose that was given."""

    async def add(scope: Scope) -> Home:
        await scope.enter_family()
        tomorrow = datetime.combine(_now().date() + timedelta(days=1), clock_time(10))
        new = NewAppointment(home.person_id, Details("Dentist"), tomorrow)
        appointment = await add_appointment(scope, new)
        given = await give_surely(scope, home.medicine_id)
        return replace(home, occurrence_id=appointment.id, dose_id=given.recorded[0].id)

    return await database.run(add, as_user(home.user_id))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
