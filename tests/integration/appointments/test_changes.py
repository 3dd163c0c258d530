"""What a change reaches, what survives it, and what its undo gives back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.access import Role
from domain.appointments import attendance
from domain.appointments.changes import cancelling, rescheduling
from domain.appointments.changes.locking import Reach
from domain.appointments.errors import AppointmentChanged, AppointmentOver
from domain.appointments.occurrences import lists
from domain.appointments.occurrences.lookups import get_occurrence
from domain.appointments.recurrences import Recurrence
from domain.errors import NotAllowed
from domain.models.appointments import OccurrenceStatus
from tests import factories
from tests.databases import move_to
from tests.integration.appointments.home import Home

LONDON = ZoneInfo("Europe/London")
TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RECIPIENT])
async def test_who_only_reads_changes_nothing(home: Home, role: Role) -> None:
    facts = await home.add()
    reader = await factories.member(home.database, home.anna, role, name="Vera", person=home.mum)
    with pytest.raises(NotAllowed):
        await home.do(lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS), reader)
    with pytest.raises(NotAllowed):
        await home.do(lambda s: attendance.become_driver(s, facts.id), reader)
    page = await home.do(lists.list_upcoming, reader)
    assert [item.id for item in page.items] == [facts.id]


class TestReach:
    async def test_one_moves_alone(self, home: Home) -> None:
        first = await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        moved = await home.move(first, datetime(2026, 11, 25, 11), Reach.THIS)
        assert moved.id == first.id
        assert moved.moved_from == first.starts_at
        assert (await home.planned(most=2)) == ["25 Nov 11:00", "01 Dec 10:00"]
        await home.undo()
        assert (await home.planned(most=2)) == ["24 Nov 10:00", "01 Dec 10:00"]

    async def test_the_series_takes_what_was_moved_or_called_off_along(self, home: Home) -> None:
        first = await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        second = await home.at("2026-12-01T10:00")
        await home.do(lambda s: cancelling.cancel_occurrence(s, second.id, reach=Reach.THIS))
        third = await home.at("2026-12-08T10:00")
        await home.move(third, datetime(2026, 12, 10, 15), Reach.THIS)
        first = await home.do(lambda s: get_occurrence(s, first.id))
        await home.move(first, datetime(2026, 11, 26, 9), Reach.ALL)
        assert await home.planned(most=3) == ["26 Nov 09:00", "10 Dec 15:00", "17 Dec 09:00"]
        again = await home.do(lambda s: get_occurrence(s, second.id))
        assert again.status is OccurrenceStatus.CANCELLED
        assert f"{again.local:%d %b %H:%M}" == "03 Dec 09:00"
        await home.undo()
        assert await home.planned(most=3) == ["24 Nov 10:00", "10 Dec 15:00", "15 Dec 10:00"]

    async def test_the_series_moves_by_any_of_its_occurrences(self, home: Home) -> None:
        await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        third = await home.at("2026-12-08T10:00")
        await home.move(third, datetime(2026, 12, 9, 11), Reach.ALL)
        assert await home.planned(most=3) == ["25 Nov 11:00", "02 Dec 11:00", "09 Dec 11:00"]

    async def test_what_has_taken_place_stays(self, home: Home) -> None:
        first = await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        move_to(home.database.clock, datetime(2026, 12, 2, 9, tzinfo=UTC))
        next_one = await home.at("2026-12-08T10:00")
        await home.move(next_one, datetime(2026, 12, 10, 11), Reach.ALL)
        past = await home.do(lists.list_past)
        assert [f"{item.local:%d %b %H:%M}" for item in past.items] == [
            "01 Dec 10:00",
            "24 Nov 10:00",
        ]
        with pytest.raises(AppointmentOver):
            await home.do(lambda s: cancelling.cancel_occurrence(s, first.id, reach=Reach.THIS))

    async def test_this_and_following_parts_the_series(self, home: Home) -> None:
        await home.add(rule=f"{TUESDAYS};COUNT=6", start=datetime(2026, 11, 24, 10))
        third = await home.at("2026-12-08T10:00")
        moved = await home.move(third, datetime(2026, 12, 10, 16), Reach.FOLLOWING)
        assert moved.appointment_id != third.appointment_id
        expected = ["24 Nov 10:00", "01 Dec 10:00"]
        expected += ["10 Dec 16:00", "17 Dec 16:00", "24 Dec 16:00", "31 Dec 16:00"]
        assert await home.planned(most=10) == expected
        await home.undo()
        assert (await home.planned(most=10))[2:] == [
            "08 Dec 10:00",
            "15 Dec 10:00",
            "22 Dec 10:00",
            "29 Dec 10:00",
        ]

    async def test_calling_off_this_and_following_and_back(self, home: Home) -> None:
        await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        third = await home.at("2026-12-08T10:00")
        gone = await home.do(
            lambda s: cancelling.cancel_occurrence(s, third.id, reach=Reach.FOLLOWING)
        )
        assert gone.status is OccurrenceStatus.CUT
        assert await home.planned() == ["24 Nov 10:00", "01 Dec 10:00"]
        await home.do(lambda s: cancelling.restore_occurrence(s, third.id))
        assert (await home.planned(most=4))[2:] == ["08 Dec 10:00", "15 Dec 10:00"]

    async def test_another_rhythm_and_none(self, home: Home) -> None:
        first = await home.add(start=datetime(2026, 11, 26, 10))
        weekly = Recurrence.from_rfc5545("FREQ=WEEKLY;COUNT=3", LONDON)
        start = datetime(2026, 11, 26, 10)
        series = await home.do(
            lambda s: rescheduling.change_recurrence(
                s, first.id, start, weekly, version=first.version
            )
        )
        assert await home.planned() == ["26 Nov 10:00", "03 Dec 10:00", "10 Dec 10:00"]
        await home.do(
            lambda s: rescheduling.change_recurrence(
                s, first.id, start, None, version=series.version
            )
        )
        assert await home.planned() == ["26 Nov 10:00"]
        await home.undo()
        assert await home.planned() == ["26 Nov 10:00", "03 Dec 10:00", "10 Dec 10:00"]

    async def test_a_change_to_what_somebody_else_has_changed_is_told(self, home: Home) -> None:
        facts = await home.add()
        await home.move(facts, datetime(2026, 11, 27, 9), Reach.THIS)
        with pytest.raises(AppointmentChanged):
            await home.move(facts, datetime(2026, 11, 28, 9), Reach.THIS)

    async def test_a_second_tap_changes_nothing(self, home: Home) -> None:
        facts = await home.add()
        for _ in range(2):
            await home.do(lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS))
        await home.undo()
        assert await home.planned() == ["26 Nov 14:30"]
