"""Edits, pauses, moves, records and their undoing in random order: after each step the tables hold,
and what is to come is there.

A few hundred steps by default. All of them: ``CARECIRCLE_STEPS=10000 pytest -n 0`` on this file.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.embedded import EmbeddedServers
from domain.database.engine import make_engine
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import CareCircleError
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.local_time import Weekday
from domain.medicines import reading
from domain.medicines.changes import adding, editing, moving
from domain.medicines.changes.status import pause_medication, restore_medication, stop_medication
from domain.medicines.dosages import Dosage
from domain.medicines.doses import snoozing
from domain.medicines.facts import NewMedicine
from domain.medicines.records import intakes, recording, undo
from domain.medicines.records.corrections import Correction
from domain.medicines.schedules.days import Cycle, Daily, Weekly
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
    schedule_from_json,
)
from domain.medicines.schedules.occurrences import occurrences_between
from domain.medicines.stock import refills, stock_checks
from domain.models.medicines import DoseStatus
from domain.overview.last_actions import find_last_action
from domain.overview.undo import undo_action
from tests import factories
from tests.databases import MORNING, clock_at, move_to, new_database
from tests.factories import Account
from tests.invariants import find_violations_of
from tests.town import open_to_owner

STEPS = int(os.environ.get("CARECIRCLE_STEPS", "300"))
EACH = 50  # steps in the life of one family
MOST_MEDICINES = 4
START = date(2026, 11, 20)
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo", "Pacific/Apia", "Australia/Lord_Howe")
ONE, HALF = Dosage("1 tablet", Decimal(1), "tablet"), Dosage("½ tablet", Decimal("0.5"), "tablet")

times = st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True).map(
    lambda hours: tuple(time(hour, 30) for hour in sorted(hours))
)
patterns = st.sampled_from(
    [Daily(), Daily(2), Weekly(frozenset({Weekday.MONDAY, Weekday.TUESDAY})), Cycle(2, 1)]
)
schedules: st.SearchStrategy[Schedule] = st.one_of(
    st.builds(WallClock, times, st.just(START), st.none(), patterns),
    times.map(lambda at: WallClock(at, START, dosages=(ONE, HALF, ONE)[: len(at)])),
    st.builds(
        Elapsed,
        st.sampled_from([timedelta(hours=6), timedelta(hours=8), timedelta(hours=25)]),
        st.just(datetime(2026, 11, 20, 6, tzinfo=UTC)),
        st.none(),
        st.booleans(),
    ),
    st.just(AsNeeded(START, timedelta(hours=4), 3)),
    times.map(
        lambda at: Steps(
            (
                WallClock(at, START, date(2026, 11, 25), dosages=(ONE,) * len(at)),
                WallClock(at, date(2026, 11, 26), dosages=(HALF,) * len(at)),
            )
        )
    ),
)
numbers = st.integers(0, 30)


@dataclass(frozen=True)
class World:
    """A family of two who look after Mum, and a connection that sees over the walls."""

    database: Database
    tables: AsyncEngine
    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person


@asynccontextmanager
async def made_world(server_url: str, template: str) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(new_database(server_url, template=template))
        tables = create_async_engine(url, pool_size=1)
        stack.push_async_callback(tables.dispose)
        await open_to_owner(tables)
        database = Database(make_engine(url, pool_size=2), clock=clock_at(MORNING))
        stack.push_async_callback(database.close)
        anna = await factories.user(database)
        family = await factories.family(database, anna)
        ben = await factories.member(database, anna)
        mum = await factories.person(database, anna)
        yield World(database, tables, family, anna, ben, mum)


class Life(RuleBasedStateMachine):
    """What a family does with medicines."""

    server_url = ""
    template = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        opening = self.stack.enter_async_context(made_world(self.server_url, self.template))
        self.world = self.run(opening)

    def run(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()

    def act(self, work: Callable[[Scope], Awaitable[object]], who: int = 0) -> None:
        """Do it, unless it is refused: then nothing may have happened."""
        person = (self.world.anna, self.world.ben)[who % 2]
        with suppress(CareCircleError):
            self.run(factories.acting(self.world.database, person, work))

    def pick(self, sql: str, number: int) -> UUID | None:
        """One of the ids that *sql* finds."""
        found = self.run(self.rows(sql))
        return found[number % len(found)].id if found else None

    async def rows(self, sql: str) -> Any:
        async with self.world.tables.connect() as connection:
            return (await connection.execute(text(sql))).all()

    def medicine(self, number: int) -> UUID | None:
        return self.pick("SELECT id FROM medications WHERE deleted_at IS NULL ORDER BY id", number)

    def dose(self, number: int) -> UUID | None:
        """The latest first, so that what is open now is found often."""
        now = self.world.database.clock.now().isoformat()
        return self.pick(
            f"SELECT id FROM doses WHERE due_at < '{now}'::timestamptz + interval '1 hour'"
            " ORDER BY due_at DESC, id LIMIT 12",
            number,
        )

    @initialize(schedule=schedules)
    def begin(self, schedule: Schedule) -> None:
        self.add(schedule, 0)

    @rule(schedule=schedules, number=numbers)
    def add(self, schedule: Schedule, number: int) -> None:
        if len(self.run(self.rows("SELECT id FROM medications"))) < MOST_MEDICINES:
            new = NewMedicine(self.world.mum.id, f"Medicine {number}", ONE, schedule)
            self.act(lambda scope: adding.add_medication(scope, new))

    @rule(number=numbers, schedule=schedules)
    def edit(self, number: int, schedule: Schedule) -> None:
        medicine = self.medicine(number)

        async def work(scope: Scope) -> None:
            if medicine is not None:
                facts = await reading.get_medication(scope, medicine)
                await editing.edit_medication(
                    scope, medicine, version=facts.version, schedule=schedule, dosage=HALF
                )

        self.act(work)

    @rule(number=numbers, days=st.none() | st.integers(1, 4))
    def pause(self, number: int, days: int | None) -> None:
        medicine = self.medicine(number)
        today = self.world.database.clock.now().date()
        until = None if days is None else today + timedelta(days=days)
        if medicine is not None:
            self.act(lambda scope: pause_medication(scope, medicine, resumes_on=until))

    @rule(number=numbers)
    def stop(self, number: int) -> None:
        medicine = self.medicine(number)
        if medicine is not None:
            self.act(lambda scope: stop_medication(scope, medicine))

    @rule(number=numbers)
    def restore(self, number: int) -> None:
        medicine = self.medicine(number)
        if medicine is not None:
            self.act(lambda scope: restore_medication(scope, medicine))

    @rule(zone=st.sampled_from(ZONES))
    def move(self, zone: str) -> None:
        mum = self.world.mum.id
        self.act(lambda scope: moving.move_person(scope, mum, ZoneInfo(zone)))

    @rule(minutes=st.one_of(st.integers(1, 90), st.integers(90, 1500), st.just(3000)))
    def time_goes_by(self, minutes: int) -> None:
        database = self.world.database
        move_to(database.clock, database.clock.now() + timedelta(minutes=minutes))
        self.run(self._everything_due())

    async def _everything_due(self) -> None:
        database = self.world.database
        await factories.expand(database)
        await factories.wake_up(database)
        await factories.do_chore(
            database, lambda scope: stock_checks.find_due(scope, 99), stock_checks.check_stocks
        )
        await factories.deliver(database)

    @rule(number=numbers, who=st.integers(0, 1), status=st.sampled_from(["taken", "skipped"]))
    def record(self, number: int, who: int, status: str) -> None:
        dose = self.dose(number)
        if dose is not None:
            self.act(
                lambda scope: recording.record_doses(scope, [dose], status=DoseStatus(status)), who
            )

    @rule(number=numbers, minutes=st.sampled_from([10, 30, 60]))
    def snooze(self, number: int, minutes: int) -> None:
        dose = self.dose(number)
        if dose is not None:
            self.act(lambda scope: snoozing.snooze_dose(scope, dose, minutes=minutes))

    @rule(number=numbers, who=st.integers(0, 1))
    def undo(self, number: int, who: int) -> None:
        dose = self.dose(number)
        if dose is not None:
            self.act(lambda scope: undo.undo_doses(scope, [dose]), who)

    @rule(who=st.integers(0, 1))
    def undo_the_last(self, who: int) -> None:
        async def work(scope: Scope) -> None:
            await undo_action(scope, (await find_last_action(scope)).id)

        self.act(work, who)

    @rule(
        number=numbers,
        status=st.sampled_from([None, DoseStatus.TAKEN, DoseStatus.SKIPPED]),
        minutes=st.none() | st.integers(0, 600),
        is_half=st.booleans(),
    )
    def correct(
        self, number: int, status: DoseStatus | None, minutes: int | None, is_half: bool
    ) -> None:
        dose, now = self.dose(number), self.world.database.clock.now()
        correction = Correction(
            status=status,
            taken_at=None if minutes is None else now - timedelta(minutes=minutes),
            given=HALF if is_half else None,
            note="note",
        )
        if dose is not None:
            self.act(lambda scope: factories.correct_surely(scope, dose, correction))

    @rule(number=numbers, minutes=st.integers(0, 300), is_extra=st.booleans())
    def give(self, number: int, minutes: int, is_extra: bool) -> None:
        medicine, at = self.medicine(number), self.world.database.clock.now()
        at -= timedelta(minutes=minutes)

        async def work(scope: Scope) -> None:
            if medicine is not None:
                giving = intakes.Giving(at=at, is_extra=is_extra)
                await factories.give_surely(scope, medicine, giving)

        self.act(work)

    @rule(number=numbers, amount=st.integers(0, 5), is_count=st.booleans())
    def refill(self, number: int, amount: int, is_count: bool) -> None:
        medicine = self.medicine(number)
        if medicine is not None:
            self.act(
                lambda scope: refills.refill(
                    scope, medicine, Decimal(amount), unit="tablet", is_count=is_count
                )
            )

    @invariant()
    def the_tables_hold(self) -> None:
        assert self.run(self._violations()) == []

    async def _violations(self) -> Any:
        async with self.world.tables.connect() as connection:
            return await find_violations_of(connection, {1, 5, 7})

    @invariant()
    def what_is_to_come_is_there(self) -> None:
        """Each dose of the coming day by the schedule, of every medicine that runs, is a row."""
        now = self.world.database.clock.now()
        for medicine in self.run(self.rows(_RUNNING)):
            start = max(at for at in (now, medicine.doses_from, medicine.resumes_at) if at)
            due = occurrences_between(
                schedule_from_json(medicine.schedule),
                ZoneInfo(medicine.timezone),
                start - timedelta(microseconds=1),
                min(now + timedelta(hours=20), medicine.expanded_until),
                last_intake_at=medicine.last_intake_at,
            )
            missing = {dose.key for dose in due if dose.due_at > now} - set(medicine.keys)
            assert not missing


_RUNNING = """
    SELECT m.schedule, m.doses_from, m.resumes_at, m.expanded_until, c.timezone,
           (SELECT max(taken_at) FROM doses d WHERE d.medication_id = m.id) AS last_intake_at,
           array(SELECT occurrence_key FROM doses d
                 WHERE d.medication_id = m.id AND d.status <> 'cancelled') AS keys
    FROM medications m JOIN care_recipients c ON c.id = m.care_recipient_id
    WHERE m.deleted_at IS NULL AND (m.status = 'active' OR m.resumes_at IS NOT NULL)
"""


def test_whatever_a_family_does_nothing_is_doubled_and_nothing_silent(
    servers: EmbeddedServers, template_database: str
) -> None:
    class LifeHere(Life):
        server_url = servers.database_url
        template = template_database

    run_state_machine_as_test(
        LifeHere,
        settings=settings(
            max_examples=max(1, STEPS // EACH),
            stateful_step_count=EACH,
            deadline=None,
            derandomize=STEPS <= 300,  # the same lives each time, but for those who ask for more
            phases=(Phase.generate,),  # to make a failing life shorter takes longer than a test may
            suppress_health_check=list(HealthCheck),
        ),
    )
