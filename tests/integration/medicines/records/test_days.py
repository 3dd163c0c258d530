"""The list of today, and cards of another day: which dose is meant."""

from collections.abc import Sequence
from datetime import timedelta

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.medicines.doses.card_parts import digest_of
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.today import PersonToday, list_today
from domain.medicines.records import presses
from domain.medicines.records.presses import WhichDose
from domain.medicines.records.recording import Recorded
from domain.models.medicines import DoseStatus
from tests import factories
from tests.databases import move_to, recorded_statements
from tests.factories import daily
from tests.integration.medicines.records.home import TAKEN, Home, record, the_dose


async def test_today_shows_each_person_by_their_own_calendar(
    database: Database, home: Home
) -> None:
    kim = await factories.person(database, home.anna, "Kim", zone="Pacific/Auckland")
    schedule = daily("06:00", "22:00")
    iron = await factories.medicine(database, home.anna, kim, name="Iron", schedule=schedule)
    today = await factories.acting(database, home.anna, list_today)
    assert [one.person for one in today] == [home.mum, kim]
    assert [d.due_at.hour for d in today[0].doses] == [8]
    # 07:30 in London is 20:30 in Auckland: the morning's dose there was before the medicine was.
    assert [d.local.hour for d in today[1].doses] == [22]
    assert [d.medication_id for d in today[1].doses] == [iron.id]


async def test_what_nobody_answered_yesterday_is_listed_until_somebody_does(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await factories.wake_up(database, dose.window_ends_at)
    move_to(database.clock, dose.due_at + timedelta(days=1, minutes=-5))
    listed = (await factories.acting(database, home.anna, list_today))[0].doses
    assert [d.status for d in listed] == [DoseStatus.MISSED, DoseStatus.PENDING]
    assert listed[0].id == dose.id
    await record(database, home.ben, dose.id)
    listed = (await factories.acting(database, home.anna, list_today))[0].doses
    assert [d.status for d in listed] == [DoseStatus.PENDING]


async def test_today_takes_three_statements_whatever_the_family_s_size(
    database: Database, home: Home
) -> None:
    for number in range(5):
        person = await factories.person(database, home.anna, f"Person {number}")
        for name in ("Iron", "Zinc"):
            await factories.medicine(database, home.anna, person, name=name)

    async def look(scope: Scope) -> tuple[Sequence[PersonToday], int]:
        with recorded_statements(database.engine) as statements:
            today = await list_today(scope)
        return today, len(statements)

    today, statements = await factories.acting(database, home.anna, look)
    assert sum(len(one.doses) for one in today) == 11
    assert statements <= 3


async def press_next_day(database: Database, home: Home, dose: DoseFacts) -> None:
    """Nobody answers; it is the next morning, and the card still hangs in the chat."""
    await factories.wake_up(database, dose.window_ends_at)
    move_to(database.clock, dose.due_at + timedelta(hours=24, minutes=5))


async def test_taken_on_yesterdays_card_asks_which_dose(database: Database, home: Home) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await press_next_day(database, home, dose)
    outcome = await factories.acting(
        database, home.ben, lambda scope: presses.take_from_card(scope, dose.id)
    )
    assert isinstance(outcome, WhichDose)
    assert [d.id for d in outcome.pressed] == [dose.id]
    assert [d.due_at for d in outcome.others] == [dose.due_at + timedelta(days=1)]
    assert (await the_dose(database, home)).status is DoseStatus.MISSED
    exactly = await record(database, home.ben, dose.id)
    assert [d.status for d in exactly.recorded] == [TAKEN]


async def test_all_taken_on_yesterdays_card_asks_unless_sure(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await press_next_day(database, home, dose)

    asked = await factories.acting(
        database,
        home.ben,
        lambda scope: presses.take_slot_from_card(scope, home.mum.id, dose.due_at),
    )
    assert isinstance(asked, WhichDose)

    async def press_surely(digest: str | None) -> Recorded | WhichDose:
        return await factories.acting(
            database,
            home.ben,
            lambda scope: presses.take_confirmed_slot(
                scope, home.mum.id, dose.due_at, part=0, digest=digest
            ),
        )

    # A button from before names no doses, another one those that were open then: it is asked anew.
    for digest in (None, digest_of([])):
        assert isinstance(await press_surely(digest), WhichDose)
    assert (await the_dose(database, home)).status is DoseStatus.MISSED
    sure = await press_surely(digest_of(asked.pressed))
    assert isinstance(sure, Recorded)
    assert [d.id for d in sure.late] == [dose.id]


async def test_taken_after_all_on_the_same_day_asks_only_when(
    database: Database, home: Home
) -> None:
    dose = await factories.asked_dose(database, home.family, home.aspirin)
    await factories.wake_up(database, dose.window_ends_at)
    outcome = await factories.acting(
        database, home.ben, lambda scope: presses.take_from_card(scope, dose.id)
    )
    assert isinstance(outcome, Recorded)
    assert (outcome.recorded, outcome.already) == ([], [])
    assert [d.id for d in outcome.late] == [dose.id]
    assert (await the_dose(database, home)).status is DoseStatus.MISSED


async def test_a_dose_after_midnight_counts_for_its_own_slot(
    database: Database, home: Home
) -> None:
    late = await factories.medicine(
        database, home.anna, home.mum, name="Melatonin", schedule=daily("23:50")
    )
    dose = await factories.asked_dose(database, home.family, late)
    move_to(database.clock, dose.due_at + timedelta(minutes=30))
    outcome = await factories.acting(
        database, home.ben, lambda scope: presses.take_from_card(scope, dose.id)
    )
    assert isinstance(outcome, Recorded)
    assert [d.local for d in outcome.recorded] == [dose.local]
