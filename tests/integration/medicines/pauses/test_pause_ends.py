"""The end of a pause is announced the evening before; and what appointments do meanwhile."""

from datetime import date, datetime

import pytest

from domain.access import Role
from domain.appointments.occurrences import lists, lookups
from domain.database.requests import as_dispatch
from domain.medicines.errors import NotPaused
from domain.medicines.pauses import notices
from domain.reminders.timers import list_timers
from tests import factories
from tests.integration.medicines.pauses.home import ACTIVE, Home, at

# The evening before.


async def test_the_end_is_announced_the_evening_before_to_those_who_look_after_them(
    home: Home,
) -> None:
    await factories.member(home.database, home.anna, Role.VIEWER, name="Vic")
    await home.add()
    await home.pause()
    timers = await home.database.run(lambda scope: list_timers(scope, until=at(28)), as_dispatch())
    assert at(26, 19) in timers
    home.is_now(at(26, 18, 59))
    assert await home.tell() == 0
    home.is_now(at(26, 19))
    assert await home.tell() == 1
    assert await home.tell() == 0
    told = await home.notices()
    assert {row.user_id for row in told} == {home.anna.id, home.ben.id}
    assert {row.slot_at for row in told} == {at(26, 19)}


async def test_a_pause_that_ends_tomorrow_after_seven_is_not_announced(home: Home) -> None:
    aspirin = await home.add()
    home.is_now(at(23, 19, 30))
    await home.pause(date(2026, 11, 24))
    home.is_now(at(24))
    assert await home.tell() == 1
    assert await home.notices() == []
    assert (await home.state(aspirin))[0] is ACTIVE


async def test_one_that_ends_as_planned_says_who_said_so(home: Home) -> None:
    await home.add()
    await home.pause()
    home.is_now(at(26, 19))
    await home.tell()
    await home.do(lambda s: notices.confirm_pause_end(s, home.mum.id, at(27)), home.ben)
    await home.do(lambda s: notices.confirm_pause_end(s, home.mum.id, at(27)))
    assert {row.facts["kept_by"] for row in await home.notices()} == {"Ben"}
    with pytest.raises(NotPaused):
        await home.do(lambda s: notices.confirm_pause_end(s, home.mum.id, at(28)))


async def test_when_it_is_made_longer_it_is_announced_again(home: Home) -> None:
    await home.add()
    seen = (await home.pause()).person.pause
    home.is_now(at(26, 19))
    await home.tell()
    await home.pause(date(2026, 11, 30), seen=seen)
    assert {row.wanted_version for row in await home.notices()} == {2}  # the old ones say so
    home.is_now(at(29, 19))
    assert await home.tell() == 1
    assert len(await home.notices()) == 4


# Appointments.


async def test_of_appointments_in_a_quiet_pause_nobody_is_reminded(home: Home) -> None:
    await home.add()
    during = await factories.appointment(
        home.database, home.anna, home.mum, start=datetime(2026, 11, 25, 14, 30), title="Dentist"
    )
    await factories.appointment(
        home.database, home.anna, home.mum, start=datetime(2026, 11, 27, 10), title="Checkup"
    )
    await home.pause(silences_appointments=True)
    for moment in (at(24, 14, 30), at(24, 19), at(25, 13, 30), at(25, 16)):
        await factories.wake_up(home.database, moment)
    assert await home.rows("SELECT id FROM notifications WHERE kind = 'appointment'") == []
    page = await home.do(lists.list_upcoming)
    assert [each.details.title for each in page.items] == ["Checkup"]
    shown = await home.do(lambda s: lookups.get_occurrence(s, during.id))
    assert shown.pause is not None
    assert shown.pause.silences_appointments
    # What takes place on the day of return is told of as ever: the day before, and who drives.
    await factories.wake_up(home.database, at(26, 10))
    await factories.wake_up(home.database, at(26, 19))
    told = await home.rows("SELECT facts FROM notifications WHERE kind = 'appointment'")
    assert len(told) == 4


async def test_appointments_are_reminded_of_unless_they_are_to_be_quiet(home: Home) -> None:
    await home.add()
    await factories.appointment(
        home.database, home.anna, home.mum, start=datetime(2026, 11, 25, 14, 30)
    )
    await home.pause()
    await factories.wake_up(home.database, at(24, 14, 30))
    assert len(await home.rows("SELECT id FROM notifications WHERE kind = 'appointment'")) == 2
