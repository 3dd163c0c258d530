"""Taken, on a card, of a medicine that was given shortly before."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.database.unit_of_work import Database
from domain.medicines.facts import MedicineFacts
from domain.medicines.records.intakes import Giving
from domain.medicines.records.presses import record_taken
from domain.medicines.records.recording import Recorded
from tests import factories
from tests.databases import move_to
from tests.factories import Account, daily
from tests.integration.medicines.records.home import Home

HOUR = timedelta(hours=1)


async def taken(
    database: Database, who: Account, *dose_ids: UUID, seen: datetime | None = None
) -> Recorded:
    return await factories.acting(
        database, who, lambda scope: record_taken(scope, dose_ids, seen=seen)
    )


async def extra(database: Database, who: Account, medicine: MedicineFacts, at: datetime) -> None:
    giving = Giving(at=at, is_extra=True)
    await factories.acting(
        database, who, lambda scope: factories.give_surely(scope, medicine.id, giving)
    )


@pytest.mark.parametrize(
    ("times", "hours_before", "warns"),
    [
        (("08:00", "20:00"), 5, True),  # half the gap is six hours
        (("08:00", "20:00"), 7, False),
        (("08:00",), 11, True),  # twelve, where it's given once a day
        (("08:00",), 13, False),
        (("08:00", "10:00"), 0.5, True),
        (("08:00", "10:00"), 1.5, False),
    ],
)
async def test_an_extra_within_half_the_gap_is_said_before_it_is_recorded(
    database: Database, home: Home, times: tuple[str, ...], hours_before: float, *, warns: bool
) -> None:
    medicine = await factories.medicine(
        database, home.anna, home.mum, name="Ramipril", schedule=daily(*times)
    )
    dose = (await factories.doses_of(database, home.family, medicine))[0]
    move_to(database.clock, dose.due_at)
    given_at = dose.due_at - hours_before * HOUR
    await extra(database, home.ben, medicine, given_at)
    outcome = await taken(database, home.anna, dose.id)
    assert bool(outcome.too_soon) == warns
    assert bool(outcome.recorded) != warns
    for each in outcome.too_soon:
        assert (each.dose.id, each.given.taken_at) == (dose.id, given_at)
        assert each.given.resolved_by == "Ben"


async def test_what_was_shown_is_recorded_and_what_came_since_is_asked_again(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    first, second = dose.due_at - 2 * HOUR, dose.due_at - HOUR
    await extra(database, home.ben, home.aspirin, first)
    assert (await taken(database, home.anna, dose.id)).too_soon
    await extra(database, home.ben, home.aspirin, second)
    again = await taken(database, home.anna, dose.id, seen=first)
    assert [each.given.taken_at for each in again.too_soon] == [second]
    outcome = await taken(database, home.anna, dose.id, seen=second)
    assert [each.id for each in outcome.recorded] == [dose.id]


async def test_the_others_of_a_card_are_recorded_all_the_same(
    database: Database, home: Home
) -> None:
    other = await factories.medicine(database, home.anna, home.mum, name="Statin")
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    free = (await factories.doses_of(database, home.family, other))[0]
    await extra(database, home.ben, home.aspirin, dose.due_at - HOUR)
    outcome = await taken(database, home.anna, dose.id, free.id)
    assert [each.id for each in outcome.recorded] == [free.id]
    assert [each.dose.id for each in outcome.too_soon] == [dose.id]


async def test_two_doses_of_one_minute_belong_together(database: Database, home: Home) -> None:
    twin = await factories.medicine(database, home.anna, home.mum, name="Twin")
    first = await factories.asked_dose(database, home.family, home.aspirin)
    second = (await factories.doses_of(database, home.family, twin))[0]
    assert (await taken(database, home.anna, first.id)).recorded
    assert (await taken(database, home.ben, second.id)).recorded
