"""A paused person, and the medicines that their pause covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.people import Person
from domain.family.running_pauses import PAUSE_COLUMNS, StoredPause
from domain.medicines.expansion.re_expansion import lock_doses
from domain.medicines.facts import MedicineFacts
from domain.medicines.pauses.states import State, TakenMedicine
from domain.medicines.reading import read_medicines
from domain.models import CareRecipient, Medication
from domain.models.medicines import MedicineStatus


@dataclass(frozen=True)
class PausedPerson:
    """What a pause covers, or what was resumed at its end.

    `medicines` are those it covers; `apart` are those that are paused individually.
    """

    person: Person
    medicines: Sequence[MedicineFacts]
    apart: Sequence[MedicineFacts]


async def read_paused(scope: Scope, person_id: UUID) -> PausedPerson:
    """A person with their current pause, if any, and their paused medicines. Needs no member.
    Raises NotFound.
    """
    return await with_medicines(scope, await find_person(scope, person_id))


async def with_medicines(scope: Scope, person: Person) -> PausedPerson:
    found = await scope.rows(
        select(Medication.id).where(
            Medication.care_recipient_id == person.id,
            Medication.family_id == scope.family_id,
            Medication.status == MedicineStatus.PAUSED,
        )
    )
    paused = [
        medicine
        for medicine in await read_medicines(scope, [row.id for row in found])
        if medicine.status is MedicineStatus.PAUSED
    ]
    return PausedPerson(
        person,
        [medicine for medicine in paused if medicine.is_paused_with_person],
        [medicine for medicine in paused if not medicine.is_paused_with_person],
    )


_PERSON = select(
    CareRecipient.id,
    CareRecipient.name,
    CareRecipient.timezone,
    CareRecipient.day_times,
    *PAUSE_COLUMNS,
)


async def find_person(scope: Scope, person_id: UUID, *, locks: bool = False) -> Person:
    statement = _PERSON.where(
        CareRecipient.id == person_id,
        CareRecipient.family_id == scope.family_id,
        CareRecipient.deleted_at.is_(None),
    )
    if locks:
        statement = statement.with_for_update(key_share=True)
    row = await scope.row(statement)
    if row is None:
        raise NotFound
    stored = StoredPause(row.paused_at, row.paused_until, row.pause_silences_appointments)
    pause = stored.running(now=scope.clock.now())
    return Person(row.id, row.name, ZoneInfo(row.timezone), pause, row.day_times or {})


async def lock_person(scope: Scope, person_id: UUID) -> Person:
    """Lock a person, which serialises two members who pause, resume, or change the times of their
    day at once. Raises NotFound.
    """
    return await find_person(scope, person_id, locks=True)


async def lock_medicines(scope: Scope, person_id: UUID) -> Sequence[TakenMedicine]:
    """Lock what the person takes, except stopped medicines."""
    is_theirs = (
        (Medication.care_recipient_id == person_id)
        & (Medication.family_id == scope.family_id)
        & Medication.deleted_at.is_(None)
        & (Medication.status != MedicineStatus.STOPPED)
    )
    ids = [row.id for row in await scope.rows(select(Medication.id).where(is_theirs))]
    await lock_doses(scope, ids)
    rows = await scope.rows(
        select(
            Medication.id,
            Medication.status,
            Medication.resumes_at,
            Medication.is_paused_with_person,
        )
        .where(is_theirs)
        .order_by(Medication.id)
        .with_for_update()
    )
    return [
        TakenMedicine(
            row.id,
            State(row.status, row.resumes_at, row.is_paused_with_person),
        )
        for row in rows
    ]
