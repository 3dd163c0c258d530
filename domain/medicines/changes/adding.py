"""Adding a medicine, and undoing that."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import time
from uuid import UUID

from sqlalchemy import func, insert, select, update

from domain.access import Action
from domain.database.scope import Scope
from domain.family.limits import Quota
from domain.family.people import get_person, lock_pause
from domain.family.room import require_room
from domain.medicines.changes.day_times import (
    find_set_with_medicine,
    set_day_times,
    undo_set_with_medicine,
)
from domain.medicines.changes.locking import (
    cancel_open_doses,
    content_columns,
    lock_medicine,
    record_change,
)
from domain.medicines.changes.moments import check_moments
from domain.medicines.changes.status import status_json
from domain.medicines.dosages import Dosage
from domain.medicines.errors import SameMedicine, SimilarMedicine
from domain.medicines.expansion.expandable import Expandable
from domain.medicines.expansion.horizon import expand_medication
from domain.medicines.facts import MedicineFacts, NewMedicine
from domain.medicines.ladders import get_window
from domain.medicines.pauses.paused_people import lock_person
from domain.medicines.reading import get_medication
from domain.medicines.schedules.kinds import Schedule
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes, PartOfDay
from domain.models import Medication, new_id
from domain.models.medicines import MedicineStatus
from domain.name_similarity import find_similar_name, is_same_name


async def add_medication(
    scope: Scope,
    medicine: NewMedicine,
    *,
    flow_id: UUID | None = None,
    acknowledged: Collection[UUID] = (),
    day_times: Mapping[PartOfDay, time] | None = None,
) -> MedicineFacts:
    """Save a medicine with its doses for the next 36 hours, and with it the times of the person's
    day that were asked for on its account (*day_times*).

    Doses start after now: a time that has passed today starts on its next day. If the person is
    paused, the medicine is paused with them. Idempotent per *flow_id*: a second call returns what
    the first one added. Raises NotFound if the person isn't the family's, FamilyFull, and
    SameMedicine (SimilarMedicine) if they take one with the same name (a name that looks or sounds
    like it), unless the member has *acknowledged* that one (by id). Raises DayTimesChanged if its
    moments have other times than the person's day, and TimesOfDayClash as `set_day_times`.
    """
    member = scope.require(Action.CHANGE_MEDICINES)
    if flow_id is not None:
        saved_before = await scope.connection.scalar(
            select(Medication.id).where(Medication.flow_id == flow_id)
        )
        if saved_before is not None:
            return await get_medication(scope, saved_before)
    person = await get_person(scope, medicine.person_id)
    await require_room(scope, Quota.MEDICINE)
    await refuse_same_name(scope, person.id, medicine.name, acknowledged=acknowledged)
    pause = await lock_pause(scope, person.id)
    await check_moments(scope, person.id, medicine.schedule, setting=day_times)
    medication_id = new_id()
    if day_times:
        await set_day_times(scope, person.id, day_times, added_with=medication_id)
    now = scope.clock.now()
    resumes_at = pause.until if pause else None
    await scope.execute(
        insert(Medication).values(
            id=medication_id,
            family_id=member.family_id,
            care_recipient_id=person.id,
            expanded_until=now,
            created_by_id=member.user_id,
            flow_id=flow_id,
            status=MedicineStatus.PAUSED if pause else MedicineStatus.ACTIVE,
            resumes_at=resumes_at,
            is_paused_with_person=pause is not None,
            **content_columns(medicine.content),
        )
    )
    if pause is None or resumes_at is not None:
        await expand_medication(
            scope,
            Expandable(
                medication_id=medication_id,
                care_recipient_id=person.id,
                name=medicine.name,
                dosage=medicine.dosage,
                schedule=medicine.schedule,
                zone=person.zone,
                expanded_until=now,
                window=await get_window(scope),
                resumes_at=resumes_at,
            ),
        )
    await record_change(scope, "added", medication_id, after=medicine.content.to_json())
    return await get_medication(scope, medication_id)


async def is_only_medicine(scope: Scope, medication_id: UUID) -> bool:
    """Whether the family has no other: it has just begun."""
    other = await scope.row(
        select(Medication.id)
        .where(
            Medication.family_id == scope.family_id,
            Medication.id != medication_id,
            Medication.deleted_at.is_(None),
        )
        .limit(1)
    )
    return other is None


@dataclass(frozen=True)
class RemovedMedicine:
    """A medicine that was removed. `parts` of the day of `person` had been set with it; `day` has
    their times now.
    """

    name: str
    dosage: Dosage
    schedule: Schedule
    person: str = ""
    parts: Collection[PartOfDay] = ()
    day: DayTimes = USUAL_DAY


async def remove_medication(
    scope: Scope, medication_id: UUID, *, undoes_id: UUID | None = None
) -> RemovedMedicine:
    """Undo that a medicine was added (the event *undoes_id*, if known), and the times of the day
    that were set with it, unless something else needs them by now.

    It's deleted softly and its unanswered doses are cancelled; records are kept. Raises NotFound.
    """
    was_set = await find_set_with_medicine(scope, medication_id)
    if was_set is not None:
        await lock_person(scope, was_set.person_id)  # before medicines, as whoever sets times does
    before = await lock_medicine(scope, medication_id)
    await scope.execute(
        update(Medication)
        .where(Medication.id == medication_id)
        .values(
            deleted_at=func.clock_now(),
            status=MedicineStatus.STOPPED,
            resumes_at=None,
            is_paused_with_person=False,
            stock_check_at=None,
        )
    )
    await cancel_open_doses(scope, before)
    status = status_json(before.status, before.resumes_at, before.is_with_person)
    await record_change(scope, "removed", medication_id, before=status, undoes_id=undoes_id)
    removed = RemovedMedicine(before.name, before.dosage, before.schedule)
    if was_set is None:
        return removed
    person = await undo_set_with_medicine(scope, was_set)
    return replace(
        removed,
        person=person.name,
        parts=frozenset(DayTimes.from_json(was_set.after).named),
        day=DayTimes.from_json(person.day_times),
    )


async def refuse_same_name(
    scope: Scope, person_id: UUID, name: str, *, acknowledged: Collection[UUID]
) -> None:
    """Raises SameMedicine or SimilarMedicine if the person takes a medicine, not *acknowledged*,
    whose name is the same or could be misread or misheard as *name*.
    """
    taken = await scope.rows(
        select(Medication.id, Medication.name)
        .where(
            Medication.care_recipient_id == person_id,
            Medication.id.not_in(acknowledged),
            Medication.deleted_at.is_(None),
            Medication.status != MedicineStatus.STOPPED,
        )
        .order_by(Medication.created_at, Medication.id)
    )
    found = find_similar_name(name, [(row.name, row.id) for row in taken])
    if found is None:
        return
    existing = await get_medication(scope, found)
    raise SameMedicine(existing) if is_same_name(name, existing.name) else SimilarMedicine(existing)
