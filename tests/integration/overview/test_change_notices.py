"""What somebody changes is told to whom it concerns: once, at the end of the minute."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, text

from bot.features.overview.views.changes import changed
from bot.telegram_api.sending import reason_not_to_send
from domain.access import Role
from domain.appointments import attendance
from domain.appointments.changes import cancelling, edits, rescheduling
from domain.appointments.changes.clocks import move_to_home_zone
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.requests import as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery.messages import Message
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.changes import adding, editing, moving, status
from domain.medicines.pauses import person_pauses
from domain.models.delivery import Lane
from domain.overview import change_notices, kinds, last_actions, undo
from domain.overview.told_changes import ChangesFacts
from tests import factories
from tests.databases import MORNING, move_to, without_walls
from tests.factories import Account
from tests.invariants import find_violations

T = TypeVar("T")
A_MINUTE = timedelta(minutes=1)
FRIDAY = datetime(2026, 11, 27, 10)
THURSDAY = datetime(2026, 11, 26, 8, 30)


@dataclass(frozen=True)
class Home:
    """Anna and Ben look after Mum, Vera looks on; Tom is cared for as well, and in the family."""

    database: Database
    url: str
    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[T]], who: Account | None = None) -> T:
        return await factories.acting(self.database, who or self.anna, work)

    async def add(self, start: datetime = FRIDAY, **given: Any) -> OccurrenceFacts:
        return await factories.appointment(self.database, self.anna, self.mum, start=start, **given)

    async def driven(self, start: datetime = FRIDAY, **given: Any) -> OccurrenceFacts:
        """An appointment that Ben drives to, and everybody knows of."""
        facts = await self.add(start, **given)
        driven = await self.do(lambda scope: attendance.become_driver(scope, facts.id), self.ben)
        await self.minute_passes()
        return driven

    async def move(self, facts: OccurrenceFacts, start: datetime = THURSDAY) -> OccurrenceFacts:
        reach = Reach.THIS
        return await self.do(
            lambda s: rescheduling.move_occurrence(
                s, facts.id, start, reach=reach, version=facts.version
            )
        )

    async def undo(self, who: Account | None = None) -> None:
        action = await self.do(last_actions.find_last_action, who)
        await self.do(lambda scope: undo.undo_action(scope, action.id), who)

    async def minute_passes(self) -> None:
        """What is owed is sent."""
        now = self.database.clock.now().replace(second=0, microsecond=0)
        move_to(self.database.clock, now + A_MINUTE)
        await factories.deliver(self.database)
        await self.execute(
            "UPDATE notifications SET shown_version = wanted_version WHERE status = 'sent'"
        )

    async def execute(self, sql: str) -> None:
        async with without_walls(self.url, keep=True) as connection:
            await connection.execute(text(sql))

    async def rows(self, where: str = "true") -> Sequence[Row[Any]]:
        async with without_walls(self.url) as connection:
            found = await connection.execute(
                text(
                    "SELECT n.id, n.status, n.lane, n.wanted_version > n.shown_version AS is_open,"
                    " u.name FROM notifications n JOIN users u ON u.id = n.user_id"
                    f" WHERE n.kind = 'changes' AND {where} ORDER BY n.slot_at, u.name"
                )
            )
            return found.all()

    async def owed(self) -> dict[str, Message]:
        """The message that each reader is about to get."""
        rows = await self.rows("n.status = 'pending'")
        found = await self.read([row.id for row in rows])
        return {
            message.receiver.name: message
            for message in found
            if reason_not_to_send(message) is None
        }

    async def read(self, ids: Sequence[UUID]) -> Sequence[Message]:
        return await self.database.run(
            lambda scope: kinds.read_messages(scope, ids), as_family(self.family.id)
        )

    async def said(self) -> dict[str, list[str]]:
        return {name: lines(message) for name, message in (await self.owed()).items()}


def lines(message: Message) -> list[str]:
    assert isinstance(message.facts, ChangesFacts)
    return changed(message.facts).text.splitlines()


def button(message: Message) -> str:
    assert isinstance(message.facts, ChangesFacts)
    return changed(message.facts).keyboard[-1][0].label


@pytest.fixture
async def home(database: Database, database_url: str) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    mum = await factories.person(database, anna)
    tom = await factories.person(database, anna, "Tom")
    await factories.member(database, anna, Role.VIEWER, name="Vera")
    await factories.member(database, anna, Role.RECIPIENT, name="Tom", person=tom)
    await factories.deliver(database)
    return Home(database, database_url, family, anna, ben, mum)


class TestTheDriver:
    async def test_a_move_is_told_with_what_it_was(self, home: Home) -> None:
        facts = await home.driven()
        await home.move(facts)
        message = (await home.owed())["Ben"]
        assert lines(message) == [
            "↔️ Anna moved an appointment:",
            "📅 <b>Cardiologist</b> for Mum",
            "🕑 Thursday 26 November, 08:30 Mum's time, for 1 hour",
            "🚗 You're driving.",
            "Before: Friday 27 November, 10:00 Mum's time",
        ]
        assert not message.is_silent

    @pytest.mark.parametrize(
        ("work", "head", "drive"),
        [
            (
                lambda s, f: edits.edit_appointment(
                    s, f.id, replace(f.details, place="Charité"), version=f.version
                ),
                "✏️ Anna changed an appointment:",
                "🚗 You're driving.",
            ),
            (
                lambda s, f: cancelling.cancel_occurrence(s, f.id, reach=Reach.THIS),
                "🚫 Anna called off an appointment:",
                "🚗 You don't need to drive any more.",
            ),
            (
                lambda s, f: cancelling.remove_appointment(s, f.appointment_id),
                "↩️ Anna undid adding <b>Cardiologist</b> for Mum, so it's removed.",
                "↩️ Anna undid adding <b>Cardiologist</b> for Mum, so it's removed.",
            ),
        ],
        ids=["another place", "called off", "removed"],
    )
    async def test_other_changes_are_told_with_a_sound(
        self, home: Home, work: Any, head: str, drive: str
    ) -> None:
        facts = await home.driven()
        await home.execute("UPDATE family_members SET hears_of_changes = false")
        await home.do(lambda scope: work(scope, facts))
        owed = await home.owed()
        assert set(owed) == {"Ben"}
        assert (lines(owed["Ben"])[0], lines(owed["Ben"])[-1]) == (head, drive)
        assert not owed["Ben"].is_silent
        assert [row.lane for row in await home.rows("n.status = 'pending'")] == [Lane.APPOINTMENTS]

    async def test_restoring_and_undoing_it_are_told_as_well(self, home: Home) -> None:
        facts = await home.driven()
        await home.do(lambda scope: cancelling.cancel_occurrence(scope, facts.id, reach=Reach.THIS))
        await home.minute_passes()
        await home.do(lambda scope: cancelling.restore_occurrence(scope, facts.id))
        said = (await home.said())["Ben"]
        assert (said[0], said[-1]) == ("↩️ Anna restored an appointment:", "🚗 You're driving.")
        await home.minute_passes()
        move_to(home.database.clock, home.database.clock.now() + timedelta(minutes=10))
        await home.undo()
        said = (await home.said())["Ben"]
        assert (said[0], said[-1]) == (
            "↩️ Anna undid a change to an appointment. It's as it was before:",
            "🚗 You don't need to drive any more.",
        )

    async def test_of_a_series_only_the_driver_of_that_time_is_told_what_was_moved(
        self, home: Home
    ) -> None:
        first = await home.driven(rule="FREQ=WEEKLY;BYDAY=FR")
        async with without_walls(home.url) as connection:
            second = await connection.scalar(
                text(
                    "SELECT id FROM appointment_occurrences"
                    " WHERE occurrence_key = '2026-12-04T10:00'"
                )
            )
        await home.execute("UPDATE family_members SET hears_of_changes = false")
        later = replace(first, id=second)
        await home.move(later, datetime(2026, 12, 3, 9))
        assert await home.owed() == {}
        moved = await home.do(
            lambda s: rescheduling.move_occurrence(
                s, first.id, THURSDAY, reach=Reach.ALL, version=first.version + 1
            )
        )
        assert moved.starts_at == THURSDAY.replace(tzinfo=home.database.clock.now().tzinfo)
        assert set(await home.owed()) == {"Ben"}

    async def test_another_clock_is_told(self, home: Home) -> None:
        facts = await home.driven()
        await home.do(lambda s: moving.move_person(s, home.mum.id, ZoneInfo("Asia/Tokyo")))
        await home.do(
            lambda s: move_to_home_zone(s, home.mum.id, appointment_ids=[facts.appointment_id])
        )
        said = (await home.said())["Ben"]
        assert said[0] == "↔️ Anna moved an appointment to another time zone:"


class TestWhoIsTold:
    async def test_those_who_look_after_the_person_but_not_who_did_it(self, home: Home) -> None:
        await factories.medicine(home.database, home.anna, home.mum)
        assert await home.said() == {
            "Ben": [
                "➕ Anna added a medicine for Mum:",
                "💊 <b>Aspirin</b> 100 mg",
                "every day at 08:00",
                "Next: today, Monday 23 November, 08:00 Mum's time",
            ]
        }

    async def test_a_viewer_is_told_of_appointments_as_they_are_reminded_of_them(
        self, home: Home
    ) -> None:
        await home.add()
        owed = await home.owed()
        assert set(owed) == {"Ben", "Vera"}
        assert all(message.is_silent for message in owed.values())

    async def test_what_is_within_a_day_makes_a_sound(self, home: Home) -> None:
        facts = await home.add(datetime(2026, 11, 23, 18))
        assert not any(message.is_silent for message in (await home.owed()).values())
        await home.minute_passes()
        await home.do(lambda scope: attendance.become_driver(scope, facts.id), home.ben)
        owed = await home.owed()
        assert lines(owed["Anna"])[0] == "🚗 Ben will drive:"
        assert owed["Anna"].is_silent

    async def test_who_wants_none_gets_none_and_can_have_them_again(self, home: Home) -> None:
        await factories.medicine(home.database, home.anna, home.mum)
        await home.minute_passes()
        [sent] = await home.rows()
        hear = change_notices.set_hears_of_changes
        await home.do(lambda scope: hear(scope, wanted=False), home.ben)
        assert [row.is_open for row in await home.rows()] == [True]
        [message] = await home.read([sent.id])
        assert button(message) == "🔔 Start telling me what others change"
        assert lines(message)[0] == "➕ Anna added a medicine for Mum:"
        await factories.medicine(home.database, home.anna, home.mum, name="Zinc")
        assert await home.owed() == {}
        await home.do(lambda scope: hear(scope, wanted=True), home.ben)
        [message] = await home.read([sent.id])
        assert button(message) == "🔕 Don't tell me what others change"
        await factories.medicine(home.database, home.anna, home.mum, name="Iron")
        assert set(await home.owed()) == {"Ben"}

    async def test_who_has_turned_it_off_before_it_is_sent_gets_none(self, home: Home) -> None:
        await factories.medicine(home.database, home.anna, home.mum)
        await home.do(lambda s: change_notices.set_hears_of_changes(s, wanted=False), home.ben)
        assert await home.owed() == {}


class TestWhatIsTold:
    async def test_every_change_of_a_medicine(self, home: Home) -> None:
        medicine = await factories.medicine(home.database, home.anna, home.mum)
        await home.minute_passes()
        later = factories.daily("20:00")
        await home.do(
            lambda s: editing.edit_medication(
                s, medicine.id, version=medicine.version, schedule=later
            )
        )
        assert (await home.said())["Ben"] == [
            "✏️ Anna changed a medicine for Mum:",
            "💊 <b>Aspirin</b> 100 mg",
            "every day at 20:00",
            "Next: today, Monday 23 November, 20:00 Mum's time",
            "Before: Aspirin 100 mg, every day at 08:00",
        ]
        steps: list[tuple[Callable[[Scope], Awaitable[Any]], str, str]] = [
            (
                lambda s: status.pause_medication(s, medicine.id, resumes_on=date(2026, 11, 24)),
                "⏸ Anna paused a medicine for Mum:",
                "⏸ Paused, resuming tomorrow, 24 November 2026",
            ),
            (
                lambda s: status.restore_medication(s, medicine.id),
                "▶️ Anna resumed a medicine for Mum:",
                "Next: today, Monday 23 November, 20:00 Mum's time",
            ),
            (
                lambda s: status.stop_medication(s, medicine.id),
                "⏹ Anna stopped a medicine for Mum:",
                "⏹ Stopped",
            ),
            (
                lambda s: person_pauses.pause_person(s, home.mum.id, resumes_on=None),
                "⏸ Anna paused all of Mum's medicines:",
                "⏸ Medicines paused until further notice",
            ),
        ]
        await factories.medicine(home.database, home.anna, home.mum, name="Zinc")
        for work, head, state in steps:
            await home.minute_passes()
            await home.do(work)
            said = (await home.said())["Ben"]
            assert (said[0], said[-1]) == (head, state)
        assert await find_violations(home.url, home.database.clock) == []

    async def test_all_of_a_minute_is_one_message(self, home: Home) -> None:
        for name in ("Aspirin", "Zinc"):
            await factories.medicine(home.database, home.anna, home.mum, name=name)
        await home.add()
        rows = await home.rows()
        assert [row.name for row in rows] == ["Ben", "Vera"]
        said = (await home.said())["Ben"]
        assert [line for line in said if "Anna" in line] == [
            "➕ Anna added a medicine for Mum:",
            "➕ Anna added a medicine for Mum:",
            "➕ Anna added an appointment:",
        ]
        assert await factories.deliver(home.database) == []
        await home.minute_passes()
        assert {row.status for row in await home.rows()} == {"sent"}
        await factories.medicine(home.database, home.anna, home.mum, name="Iron")
        assert [row.name for row in await home.rows()] == ["Ben", "Vera", "Ben"]

    async def test_two_who_change_something_at_once_share_a_third_ones_message(
        self, home: Home
    ) -> None:
        carl = await factories.member(home.database, home.anna, name="Carl")
        await asyncio.gather(
            factories.medicine(home.database, home.anna, home.mum, name="Zinc"),
            factories.medicine(home.database, home.ben, home.mum, name="Iron"),
        )
        said = (await home.said())[carl.name]
        assert {line for line in said if "added" in line} == {
            "➕ Anna added a medicine for Mum:",
            "➕ Ben added a medicine for Mum:",
        }
        assert len(await home.rows("u.name = 'Carl'")) == 1

    async def test_what_is_changed_at_once_in_what_was_added_is_part_of_it(
        self, home: Home
    ) -> None:
        await home.move(await home.add())
        said = (await home.said())["Ben"]
        assert [line for line in said if "Anna" in line] == ["➕ Anna added an appointment:"]
        assert "🕑 Thursday 26 November, 08:30 Mum's time, for 1 hour" in said

    async def test_when_it_is_reminded_of_is_nobodys_news(self, home: Home) -> None:
        facts = await home.driven()
        await home.do(lambda s: edits.add_reminder(s, facts.id, minutes=10))
        assert await home.owed() == {}
        await home.undo()
        assert await home.owed() == {}


class TestWhatIsUndone:
    async def test_before_it_was_sent_is_not_told(self, home: Home) -> None:
        facts = await home.driven()
        await home.move(facts)
        await home.undo()
        assert await home.owed() == {}
        medicine = await factories.medicine(home.database, home.anna, home.mum)
        await home.do(lambda scope: adding.remove_medication(scope, medicine.id))
        assert await home.owed() == {}

    async def test_at_once_after_it_was_sent_changes_the_message(self, home: Home) -> None:
        facts = await home.driven()
        sent_before = len(await home.rows())
        await home.move(facts)
        await home.minute_passes()
        sent = (await home.rows("u.name = 'Vera'"))[-1]
        await home.undo()
        # Nobody hears an edit: who has promised something is told anew, too.
        assert set(await home.owed()) == {"Ben"}
        assert len(await home.rows()) == sent_before + 3
        assert (await home.rows("u.name = 'Vera'"))[-1].is_open
        [message] = await home.read([sent.id])
        assert lines(message) == [
            "<s>↔️ Anna moved an appointment:</s>",
            "↩️ Undone. Now it's:",
            "📅 <b>Cardiologist</b> for Mum",
            "🕑 Friday 27 November, 10:00 Mum's time, for 1 hour",
            "🚗 Ben is driving",
        ]

    async def test_later_is_told_anew(self, home: Home) -> None:
        medicine = await factories.medicine(home.database, home.anna, home.mum)
        await home.minute_passes()
        await home.do(lambda scope: status.stop_medication(scope, medicine.id))
        await home.minute_passes()
        move_to(home.database.clock, home.database.clock.now() + timedelta(hours=1))
        await home.undo()
        assert (await home.said())["Ben"] == [
            "↩️ Anna undid a change to a medicine for Mum. It's as it was before:",
            "💊 <b>Aspirin</b> 100 mg",
            "every day at 08:00",
            "Next: tomorrow, Tuesday 24 November, 08:00 Mum's time",
        ]
        assert [row.is_open for row in await home.rows("n.status = 'sent'")] == [False, True]


class TestNothingIsToldTwice:
    async def test_what_comes_soon_is_told_by_its_own_message(self, home: Home) -> None:
        await home.add(datetime(2026, 11, 23, 8, 10))
        assert await home.rows() == []

    async def test_who_was_reminded_hears_of_a_move_by_its_own_message(self, home: Home) -> None:
        facts = await home.driven()
        reminded_at = facts.starts_at - timedelta(days=1)
        await factories.wake_up(home.database, reminded_at)
        await factories.deliver(home.database)
        before = len(await home.rows())
        await home.move(facts, datetime(2026, 11, 27, 16))
        assert len(await home.rows()) == before
        move_to(home.database.clock, reminded_at + A_MINUTE)
        await factories.wake_up(home.database)
        async with without_walls(home.url) as connection:
            told = await connection.scalar(
                text(
                    "SELECT count(*) FROM notifications WHERE kind = 'appointment'"
                    f" AND facts -> 'steps' ->> '{facts.id}' = 'tell'"
                )
            )
        assert told == 3

    async def test_another_place_of_what_was_reminded_of_is_told(self, home: Home) -> None:
        facts = await home.driven()
        await factories.wake_up(home.database, facts.starts_at - timedelta(days=1))
        await factories.deliver(home.database)
        details = replace(facts.details, place="Charité")
        await home.do(lambda s: edits.edit_appointment(s, facts.id, details, version=facts.version))
        assert set(await home.owed()) == {"Ben", "Vera"}

    async def test_who_is_asked_to_drive_needs_not_be_told_that_nobody_does(
        self, home: Home
    ) -> None:
        facts = await home.driven()
        move_to(home.database.clock, datetime.combine(FRIDAY, time(7), MORNING.tzinfo))
        await home.do(lambda scope: attendance.stop_driving(scope, facts.id), home.ben)
        owed = await home.owed()
        assert set(owed) == {"Vera"}
        assert lines(owed["Vera"])[0] == "🚗 Ben can't drive after all:"
