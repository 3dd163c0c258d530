"""What is told of an appointment, to whom and when: before it, after it, and of its changes."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
import pytest_asyncio
from sqlalchemy import text

from domain.access import Role
from domain.appointments import attendance
from domain.appointments.changes import cancelling, edits
from domain.appointments.changes.locking import Reach
from domain.appointments.errors import AppointmentOver
from domain.appointments.occurrences import lookups
from domain.appointments.occurrences.lookups import get_occurrence
from domain.database.requests import as_family
from domain.database.unit_of_work import Database
from domain.models.appointments import OccurrenceStatus
from tests import factories
from tests.databases import move_to, without_walls
from tests.integration.appointments.home import Home, settle_in


@pytest_asyncio.fixture
async def home(database: Database, database_url: str) -> Home:
    return await settle_in(database, database_url)


class TestTooSoonToBeReminded:
    IN_40_MINUTES = datetime(2026, 11, 23, 8, 10)

    async def told(self, home: Home) -> list[tuple[str, str]]:
        async with without_walls(home.url) as connection:
            rows = await connection.execute(
                text(
                    "SELECT u.name, step.value FROM notifications n"
                    " JOIN users u ON u.id = n.user_id"
                    " CROSS JOIN LATERAL jsonb_each_text(n.facts -> 'steps') AS step"
                    " WHERE n.kind = 'appointment' ORDER BY n.id"
                )
            )
            return [tuple(row) for row in rows]

    async def test_the_others_are_told_at_once(self, home: Home) -> None:
        viewer = await factories.member(home.database, home.anna, Role.VIEWER, name="Vera")
        facts = await home.add(start=self.IN_40_MINUTES)
        assert not facts.reminders_ahead(now=home.database.clock.now())
        assert facts.details.remind_before == (1440, 60)
        assert sorted(await self.told(home)) == [("Ben", "soon"), (viewer.name, "soon")]

    async def test_nobody_is_told_of_what_will_be_reminded_of_or_need_not_be(
        self, home: Home
    ) -> None:
        facts = await home.add(start=datetime(2026, 11, 23, 12))
        ahead = facts.reminders_ahead(now=home.database.clock.now())
        assert [reminder.minutes for reminder in ahead] == [60]
        await home.add(start=self.IN_40_MINUTES, remind_before=())
        assert await self.told(home) == []

    async def test_a_move_a_restore_and_other_reminders_tell_them_too(self, home: Home) -> None:
        facts = await home.add(start=datetime(2026, 11, 25, 12))
        moved = await home.move(facts, self.IN_40_MINUTES, Reach.THIS)
        assert await self.told(home) == [("Ben", "soon")]
        other = await home.add(start=datetime(2026, 11, 23, 12))
        days = replace(other.details, remind_before=(2880,))
        await home.do(lambda s: edits.edit_appointment(s, other.id, days, version=other.version))
        assert len(await self.told(home)) == 2
        third = await home.add(start=datetime(2026, 11, 23, 13))
        await home.do(lambda s: cancelling.cancel_occurrence(s, third.id, reach=Reach.THIS))
        move_to(home.database.clock, datetime(2026, 11, 23, 12, 30, tzinfo=UTC))
        await home.do(lambda s: cancelling.restore_occurrence(s, third.id))
        assert len(await self.told(home)) == 3
        assert moved.details.remind_before == (1440, 60)

    async def test_who_was_told_hears_of_a_change_but_nothing_twice(self, home: Home) -> None:
        facts = await home.add(start=self.IN_40_MINUTES)
        noted = replace(facts.details, note="fasting")
        changed = await home.do(
            lambda s: edits.edit_appointment(s, facts.id, noted, version=facts.version)
        )
        assert len(await self.told(home)) == 1
        await home.move(changed, datetime(2026, 11, 23, 8, 20), Reach.THIS)
        told = await home.wake_up(datetime(2026, 11, 23, 7, 31, tzinfo=UTC))
        assert told == [{str(facts.id): "tell"}] * 2

    async def test_a_series_keeps_its_reminders_for_the_later_ones(self, home: Home) -> None:
        first = await home.add(start=self.IN_40_MINUTES, rule="FREQ=DAILY;COUNT=3")
        assert await self.told(home) == [("Ben", "soon")]
        later = await home.at("2026-11-25T08:10")
        ahead = later.reminders_ahead(now=home.database.clock.now())
        assert [reminder.minutes for reminder in ahead] == [1440, 60]
        assert first.appointment_id == later.appointment_id
        second = await home.at("2026-11-24T08:10")
        told = await home.wake_up(datetime(2026, 11, 24, 7, 10, tzinfo=UTC))
        assert {str(second.id): "remind"} in told

    async def test_ten_minutes_before_can_be_added_and_undone(self, home: Home) -> None:
        facts = await home.add(start=self.IN_40_MINUTES)
        work = partial(edits.add_reminder, occurrence_id=facts.id, minutes=10)
        changed = await home.do(work)
        assert changed.details.remind_before == (1440, 60, 10)
        assert await home.do(work) == changed
        told = await home.wake_up(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "remind"}] * 2
        with pytest.raises(AppointmentOver):
            await home.do(
                lambda s: edits.add_reminder(s, facts.id, minutes=10),
            )
        await home.undo()
        again = await home.do(lambda s: get_occurrence(s, facts.id))
        assert again.details.remind_before == (1440, 60)


class TestTelling:
    async def test_an_outage_over_several_steps_tells_once(self, home: Home) -> None:
        facts = await home.add()
        told = await home.wake_up(datetime(2026, 11, 26, 13, 45, tzinfo=UTC))
        assert told == [{str(facts.id): "remind"}] * 2
        told = await home.wake_up(datetime(2026, 11, 26, 16, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "ask_outcome"}] * 2

    async def test_nothing_is_told_of_what_was_called_off_in_time(self, home: Home) -> None:
        facts = await home.add()
        await home.do(lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS))
        assert await home.wake_up(datetime(2026, 11, 26, 16, 0, tzinfo=UTC)) == []

    async def test_who_was_told_is_told_that_it_is_off(self, home: Home) -> None:
        facts = await home.add()
        assert len(await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC))) == 2
        await home.do(lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS))
        told = await home.wake_up(datetime(2026, 11, 25, 14, 31, tzinfo=UTC))
        assert told == [{str(facts.id): "tell"}] * 2

    async def test_what_is_still_to_be_told_survives_another_change(self, home: Home) -> None:
        facts = await home.add()
        await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC))
        moved = await home.move(facts, datetime(2026, 11, 27, 9), Reach.THIS)
        noted = replace(moved.details, note="fasting")
        await home.do(lambda s: edits.edit_appointment(s, facts.id, noted, version=moved.version))
        await home.do(lambda s: attendance.become_driver(s, facts.id))
        await home.do(lambda s: attendance.stop_driving(s, facts.id))
        told = await home.wake_up(datetime(2026, 11, 25, 14, 31, tzinfo=UTC))
        assert told == [{str(facts.id): "tell"}] * 2

    async def test_a_message_says_that_what_it_told_of_was_taken_back(self, home: Home) -> None:
        facts = await home.add(start=datetime(2026, 11, 25, 9))
        await home.wake_up(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
        await home.undo()
        told = await home.wake_up(datetime(2026, 11, 24, 9, 1, tzinfo=UTC))
        assert told == [{str(facts.id): "tell"}] * 2
        [shown] = await home.database.run(
            lambda s: lookups.read_occurrences(s, [facts.id]), as_family(home.family.id)
        )
        assert shown.status is OccurrenceStatus.CUT

    async def test_its_own_list_of_reminders_counts(self, home: Home) -> None:
        facts = await home.add(remind_before=(90,))
        assert await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC)) == []
        asked = await home.wake_up(datetime(2026, 11, 25, 19, 0, tzinfo=UTC))
        assert asked == [{str(facts.id): "ask_driver"}] * 2
        told = await home.wake_up(datetime(2026, 11, 26, 13, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "remind"}] * 2

    async def test_a_viewer_is_told_but_not_asked_to_drive(self, home: Home) -> None:
        await factories.member(home.database, home.anna, Role.VIEWER, name="Vera")
        await home.add()
        assert len(await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC))) == 3
        assert len(await home.wake_up(datetime(2026, 11, 25, 19, 0, tzinfo=UTC))) == 2

    async def test_after_a_driver_left_the_others_are_asked(self, home: Home) -> None:
        facts = await home.add()
        await home.do(lambda s: attendance.become_driver(s, facts.id), home.ben)
        await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC))
        async with without_walls(home.url) as connection:
            await connection.execute(
                text("UPDATE family_members SET left_at = now() WHERE user_id = :id"),
                {"id": home.ben.id},
            )
            await connection.commit()
        told = await home.wake_up(datetime(2026, 11, 25, 19, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "ask_driver"}]
