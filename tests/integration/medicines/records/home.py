"""Anna and Ben, the aspirin that Mum takes, and what is pressed and recorded."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.doses import snoozing
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.snoozing import Snoozed
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import presses
from domain.medicines.records.recording import Recorded, record_doses
from domain.medicines.records.undo import undo_doses
from domain.models.medicines import DoseStatus
from tests import factories
from tests.databases import without_walls
from tests.factories import Account

TAKEN, SKIPPED = DoseStatus.TAKEN, DoseStatus.SKIPPED


@dataclass(frozen=True)
class Home:
    """Anna and Ben look after Mum, who takes aspirin at 08:00 every day."""

    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person
    aspirin: MedicineFacts


def recording(
    *dose_ids: UUID, status: DoseStatus = TAKEN
) -> Callable[[Scope], Awaitable[Recorded]]:
    return lambda scope: record_doses(scope, dose_ids, status=status)


async def record(
    database: Database, who: Account, *dose_ids: UUID, status: DoseStatus = TAKEN
) -> Recorded:
    return await factories.acting(database, who, recording(*dose_ids, status=status))


async def all_taken(database: Database, who: Account, home: Home, slot_at: datetime) -> Recorded:
    return await factories.acting(
        database, who, lambda scope: take_slot(scope, home.mum.id, slot_at)
    )


async def take_slot(scope: Scope, person_id: UUID, slot_at: datetime) -> Recorded:
    outcome = await presses.take_slot_from_card(scope, person_id, slot_at)
    assert isinstance(outcome, Recorded)
    return outcome


async def snooze(database: Database, who: Account, dose_id: UUID, minutes: int) -> Snoozed:
    return await factories.acting(
        database, who, lambda scope: snoozing.snooze_dose(scope, dose_id, minutes=minutes)
    )


async def undo_dose(database: Database, who: Account, dose_id: UUID) -> Sequence[DoseFacts]:
    return await factories.acting(database, who, lambda scope: undo_doses(scope, [dose_id]))


async def the_dose(database: Database, home: Home) -> DoseFacts:
    return (await factories.doses_of(database, home.family, home.aspirin))[0]


async def logs(database_url: str, dose_id: UUID | None = None) -> list[tuple[str, UUID]]:
    """What was recorded, the first first: (status, by whom)."""
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text(
                "SELECT status, recorded_by_id FROM medication_logs"
                " WHERE CAST(:dose_id AS uuid) IS NULL OR dose_id = :dose_id ORDER BY recorded_at"
            ),
            {"dose_id": dose_id},
        )
        return [(row[0], row[1]) for row in rows]


async def timer(database_url: str, dose_id: UUID) -> tuple[str | None, datetime | None]:
    async with without_walls(database_url) as connection:
        row = (
            await connection.execute(
                text("SELECT ladder_step, next_action_at FROM doses WHERE id = :id"),
                {"id": dose_id},
            )
        ).one()
        return row.ladder_step, row.next_action_at
