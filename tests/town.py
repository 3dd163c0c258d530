"""A town: people with phones, the real bot among them, and its tables to look at."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.app.app import App, Wiring
from bot.sandbox import GroupRoom, Limits, Message, Person, Sandbox
from bot.telegram_api.budget import Budget
from domain.clock import Clock
from tests.databases import move_to
from tests.waiting import until

LONDON = ZoneInfo("Europe/London")


@dataclass
class Town:
    """A sandbox with the bot in it, and a clock that both follow."""

    sandbox: Sandbox
    wiring: Wiring
    tables: AsyncEngine
    bot: AsyncExitStack = field(default_factory=AsyncExitStack)
    app: App | None = None

    @property
    def clock(self) -> Clock:
        return self.wiring.clock

    async def start_bot(self, **changed: Any) -> None:
        """Start the bot, its wiring *changed* from now on."""
        self.wiring = replace(self.wiring, **changed)
        self.app = await self.bot.enter_async_context(App(self.wiring))

    async def stop_bot(self) -> None:
        """Stop in order, as SIGTERM does. Raises what ended a part of the bot before."""
        app, self.app = self.app, None
        failures = dict(app.failures) if app else {}
        await self.bot.aclose()
        assert not failures, f"a part of the bot has failed by itself: {failures}"

    async def restart_bot(self, **changed: Any) -> None:
        await self.stop_bot()
        await self.start_bot(**changed)

    def person(self, name: str, *, language_code: str = "en") -> Person:
        return self.sandbox.add_person(name, language_code=language_code)

    def group(self, title: str, *members: Person, topics: tuple[str, ...] = ()) -> GroupRoom:
        """A group of these people, to which the first of them adds the bot."""
        return self.sandbox.add_group(title, *members, topics=topics)

    # Time.

    def jump_to(self, instant: datetime) -> None:
        move_to(self.clock, instant)

    def jump_by(self, **parts: float) -> None:
        self.clock.advance(timedelta(**parts))

    def minute(self, *, ahead: int) -> datetime:
        """The full minute (UTC) that many minutes ahead of the present one."""
        return self.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=ahead)

    # What is in the tables, over the walls.

    async def rows(self, sql: str, **parameters: Any) -> Sequence[Row[Any]]:
        async with self.tables.connect() as connection:
            return (await connection.execute(text(sql), parameters)).all()

    async def value(self, sql: str, **parameters: Any) -> Any:
        [row] = await self.rows(sql, **parameters)
        return row[0]

    async def count(self, table: str) -> int:
        counted: int = await self.value(f"SELECT count(*) FROM {table}")
        return counted

    async def change(self, sql: str, **parameters: Any) -> None:
        """Bring about what the bot has no command for yet."""
        async with self.tables.begin() as connection:
            await connection.execute(text(sql), parameters)

    async def until(self, sql: str, *, seconds: float = 20) -> None:
        """Return once the tables say that *sql* is true."""
        async with asyncio.timeout(seconds):
            while not await self.value(sql):
                await asyncio.sleep(0.02)

    async def drafts_looked_at(self) -> None:
        """Return once the bot has looked twice for drafts whose time is over, and has said what it
        had to say about them: what it has not said by then it does not mean to say.
        """
        assert self.app is not None
        drafts = self.app.drafts
        assert drafts is not None
        before = drafts.looks
        await until(lambda: drafts.looks >= before + 2 and not drafts._in_flight.are_running)

    async def settled(self, *, seconds: float = 20) -> None:
        """Return once everything that came in is answered and everything owed is sent, but for what
        is gathered until its minute ends.
        """
        async with asyncio.timeout(seconds):
            while self.sandbox.unconfirmed_updates or not await self.value(
                _SETTLED, now=self.clock.now()
            ):
                await asyncio.sleep(0.02)


_SETTLED = """
    SELECT NOT EXISTS (SELECT 1 FROM inbound_updates WHERE status IN ('open', 'applied'))
       AND NOT EXISTS (SELECT 1 FROM notifications
                   WHERE (status = 'pending' OR shown_version < wanted_version)
                     AND NOT (kind = 'changes' AND coalesce(not_before, :now) > :now))
"""


@asynccontextmanager
async def founded_town(
    *, database_url: str, redis_url: str, clock: Clock, limits: Limits | None = None
) -> AsyncIterator[Town]:
    """A town whose bot does not run yet. Without *limits*, nobody waits for Telegram's."""
    tables = create_async_engine(database_url, pool_size=2, pool_pre_ping=True)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(tables.dispose)
        await open_to_owner(tables)
        sandbox = await stack.enter_async_context(Sandbox(clock=clock, limits=limits))
        wiring = Wiring(
            token=sandbox.token,
            api_url=sandbox.api_url,
            database_url=database_url,
            redis_url=redis_url,
            clock=clock,
            budget=Budget() if limits else Budget.unlimited(),
        )
        town = Town(sandbox, wiring, tables)
        stack.push_async_callback(town.stop_bot)
        yield town


async def open_to_owner(tables: AsyncEngine) -> None:
    """Let the owner see over the walls. The roles that the bot takes are held as ever."""
    async with tables.begin() as connection:
        names = await connection.scalars(
            text("SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity")
        )
        for name in names.all():
            await connection.execute(
                text(f"CREATE POLICY tests ON {name} TO CURRENT_USER USING (true)")
            )


# What families do first. Each waits for the bot's answer.


async def found_family(founder: Person, name: str = "Mum's helpers") -> None:
    await founder.start()
    await founder.sees("Hello")
    await founder.send(f"/newfamily {name}")
    await founder.sees("You've created the family")


async def invite(admin: Person, role: str = "caregiver") -> str:
    """A fresh invitation's link."""
    await admin.send(f"/invite {role}")
    return (await admin.sees("works once")).links[0]


async def join(admin: Person, newcomer: Person, role: str = "caregiver") -> None:
    await newcomer.open_link(await invite(admin, role))
    await newcomer.sees("Welcome to the family")


async def add_person(caregiver: Person, name: str = "Mum", place: str = "Europe/London") -> None:
    await caregiver.send(f"/addperson {name} in {place}")
    await caregiver.sees("is in the family")


async def move_mum(by: Person, city: str) -> None:
    """Mum lives by the clock of *city* from now on."""
    await by.send("/people")
    await by.press("Change city", message=await by.sees("People, family"))
    await by.sees("Which city does Mum live in")
    await by.send(city)
    await by.sees("Mum is now on")


async def add_medicine(caregiver: Person, line: str) -> Message:
    """One that is understood at once; returns the confirmation."""
    await caregiver.send(f"/addmed {line}")
    return await caregiver.sees("Saved:")


@dataclass(frozen=True)
class Remindable:
    """Something that is reminded of: how it is entered for a minute, and how its reminder shows."""

    line: str
    reminder: str

    async def enter(self, caregiver: Person, minute: datetime) -> Message:
        """Have it reminded of at *minute* (UTC)."""
        begins = clock_in_london(minute + timedelta(hours=1))
        await caregiver.send(self.line.format(at=clock_in_london(minute), begins=begins))
        return await caregiver.sees("Saved")

    def shown(self, minute: datetime) -> str:
        """What a phone shows of it then."""
        return self.reminder.format(at=clock_in_london(minute))


A_DOSE = Remindable("/addmed Aspirin 100 mg at {at}", "Mum · {at}")
# One hour before is one of the usual times.
AN_APPOINTMENT = Remindable("/addappt Checkup today {begins}", "🔔 Checkup for Mum")


async def undo(person: Person) -> None:
    """`/undo`, and the button below what it names."""
    await person.send("/undo")
    named = await person.sees("Undo it?")
    await person.press("Undo", message=named)


def as_shown(name: str) -> str:
    """Arabic among English is set apart, so that it turns nothing around it."""
    return f"\u2068{name}\u2069" if any("\u0600" <= letter <= "\u06ff" for letter in name) else name


def clock_in_london(minute: datetime) -> str:
    return f"{minute.astimezone(LONDON):%H:%M}"


@dataclass(frozen=True)
class Asked:
    """A minute (UTC), as the clock in London shows it, and the card on each phone."""

    minute: datetime
    at: str
    cards: Sequence[Message]


async def ask(town: Town, *phones: Person, medicines: Sequence[str] = ("Aspirin 100 mg",)) -> Asked:
    """The first phone enters medicines for the minute after next; returns when their card is on all
    of the phones.
    """
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    for medicine in medicines:
        await add_medicine(phones[0], f"{medicine} at {at}")
    town.jump_to(minute - timedelta(seconds=1))
    cards = [await phone.sees(f"Mum · {at}") for phone in phones]
    await town.settled()
    return Asked(minute, at, cards)


@dataclass(frozen=True)
class Household:
    """Anna founded it, Ben is a caregiver in it; they look after Mum in London."""

    anna: Person
    ben: Person

    def __iter__(self) -> Iterator[Person]:
        return iter((self.anna, self.ben))


async def settle_in(town: Town) -> Household:
    anna, ben = town.person("Anna"), town.person("Ben")
    await found_family(anna)
    await join(anna, ben)
    await add_person(anna)
    return Household(anna, ben)
