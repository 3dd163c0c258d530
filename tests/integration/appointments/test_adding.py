"""What is added: hours that do not exist or are over, conflicts, and the second tap."""

from contextlib import suppress
from datetime import datetime
from uuid import uuid4

import pytest

from domain.appointments import adding, attendance
from domain.appointments.calendars import get_entries
from domain.appointments.changes import cancelling
from domain.appointments.changes.locking import Reach
from domain.appointments.details import Details, NewAppointment
from domain.appointments.errors import AppointmentInPast, TimeDoesNotExist
from domain.appointments.occurrences import lists
from domain.appointments.occurrences.lookups import get_occurrence
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.savepoints import run_in_savepoint
from tests import factories
from tests.integration.appointments.home import Home


async def test_an_hour_that_does_not_exist_and_one_that_is_over(home: Home) -> None:
    with pytest.raises(TimeDoesNotExist) as skipped:
        await home.add(start=datetime(2027, 3, 28, 1, 30))
    assert skipped.value.instead == datetime(2027, 3, 28, 2, 30)
    with pytest.raises(AppointmentInPast):
        await home.add(start=datetime(2026, 11, 23, 7, 0))
    assert await home.planned() == []


async def test_two_at_nearly_the_same_time_name_each_other(home: Home) -> None:
    first = await home.add(start=datetime(2026, 11, 26, 9, 40), title="Dentist")
    second = await home.add(start=datetime(2026, 11, 26, 9, 45), title="Dentist")
    assert [each.starts_at for each in second.conflicts] == [first.starts_at]
    first = await home.do(lambda s: get_occurrence(s, first.id))
    assert [each.starts_at for each in first.conflicts] == [second.starts_at]


async def test_one_that_is_refused_leaves_the_others(home: Home) -> None:
    async def several(scope: Scope) -> list[str]:
        done = []
        for name, minute in (("A", 0), ("B", 1)):

            async def add(inner: Scope, name: str = name, minute: int = minute) -> None:
                new = NewAppointment(home.mum.id, Details(name), datetime(2026, 11, 26, 10))
                await adding.add_appointment(inner, new)
                if minute:
                    raise NotFound

            with suppress(NotFound):
                await run_in_savepoint(scope, add)
                done.append(name)
        return done

    assert await home.do(several) == ["A"]
    page = await home.do(lists.list_upcoming)
    assert [item.details.title for item in page.items] == ["A"]


async def test_another_familys_appointment_is_not_there(home: Home) -> None:
    facts = await home.add()
    eve = await factories.user(home.database, "Eve")
    await factories.family(home.database, eve, "Eve's")
    for work in (
        lambda s: get_occurrence(s, facts.id),
        lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS),
        lambda s: attendance.become_driver(s, facts.id),
        lambda s: attendance.record_outcome(s, facts.id, "x"),
        lambda s: get_entries(s, facts.appointment_id),
    ):
        with pytest.raises(NotFound):
            await home.do(work, eve)


async def test_the_same_flow_adds_one(home: Home) -> None:
    flow = uuid4()
    new = NewAppointment(home.mum.id, Details("Check"), datetime(2026, 11, 26, 10))
    for _ in range(2):
        await home.do(lambda s: adding.add_appointment(s, new, flow_id=flow))
    assert await home.planned() == ["26 Nov 10:00"]
