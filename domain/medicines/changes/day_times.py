"""The times of a person's day, and the medicines whose times follow them.

"Before breakfast" is stored with its time. So what a medicine says about its moments always agrees
with its person's day: a change of the day re-times everything the person takes, and a schedule that
was read with other times isn't saved.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.family.list_version import bump_list_version
from domain.family.people import Person, get_person, save_day_times
from domain.medicines.errors import DayTimesChanged, TimesOfDayClash
from domain.medicines.expansion.cancelling import CALLED_OFF, list_future_dose_ids
from domain.medicines.expansion.counted_intakes import COUNTED, Counted, uncount_intakes
from domain.medicines.expansion.doubling import start_after_edit
from domain.medicines.expansion.expandable import EXPANDABLE, Expandable, fetch_expandables
from domain.medicines.expansion.re_expansion import lock_doses, re_expand
from domain.medicines.pauses.paused_people import lock_person
from domain.medicines.schedules.moments import DayTimes, PartOfDay
from domain.medicines.schedules.moments_of_schedules import list_moved, parts_of, retimed
from domain.medicines.schedules.problems import InvalidSchedule
from domain.models import AuditEvent, Medication
from domain.models.medicines import DoseStatus, MedicineStatus

DAY_TIMES = "day_times"  # in an event of the audit: the times of the parts that were changed
MEDICINES = "medicines"  # and the names of the medicines that follow them
_SET = "person.day_times_set"
_ADDED_WITH = "added_with"  # and the id of the new medicine that they were set for


@dataclass(frozen=True)
class PartChange:
    """A part of the day and its local times before and after; `was_set`: somebody had set it."""

    part: PartOfDay
    before: time
    after: time
    was_set: bool

    @property
    def is_effective(self) -> bool:
        """Whether the time differs, rather than being confirmed."""
        return self.before != self.after


@dataclass(frozen=True)
class MovedMedicine:
    """A medicine with its local times that move, each with its new one."""

    medication_id: UUID
    name: str
    times: tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class Retiming:
    """What new times of a person's day change: parts of the day, and medicines."""

    person: Person
    parts: tuple[PartChange, ...]
    moved: tuple[MovedMedicine, ...]

    @property
    def fingerprint(self) -> str:
        """Differs whenever what a question showed is no longer what would happen."""
        shown = (self.person.id, self.parts, self.moved)
        return sha256(repr(shown).encode()).hexdigest()[:16]


async def preview_day_times(
    scope: Scope, person_id: UUID, times: Mapping[PartOfDay, time]
) -> Retiming:
    """What :func:`set_day_times` would change. Raises NotFound and TimesOfDayClash."""
    scope.require(Action.CHANGE_MEDICINES)
    person = await get_person(scope, person_id)
    medicines = await fetch_expandables(scope, _taken_by(scope, person_id))
    return _plan(person, _stored(times), medicines)


async def set_day_times(
    scope: Scope,
    person_id: UUID,
    times: Mapping[PartOfDay, time],
    *,
    seen: str | None = None,
    added_with: UUID | None = None,
) -> Retiming:
    """Set when parts of a person's day are, and move what the person takes with them: upcoming
    doses that nobody was asked for. Parts that aren't among *times* stay as they are.

    *seen* is the fingerprint of what the member was shown; *added_with* is a medicine that is about
    to be added, with which the times are undone. Raises NotFound, NotAllowed, DayTimesChanged if
    something else would happen by now, and TimesOfDayClash if a medicine can't follow; then nothing
    is changed.
    """
    scope.require(Action.CHANGE_MEDICINES)
    person = await lock_person(scope, person_id)
    medicines = await _lock_medicines(scope, person_id)
    retiming = _plan(person, _stored(times), medicines)
    if seen is not None and retiming.fingerprint != seen:
        raise DayTimesChanged(person)
    if not retiming.parts:
        return retiming  # a second tap, nothing to undo
    await _apply(scope, retiming, medicines, _stored(times), added_with=added_with)
    return retiming


async def restore_day_times(
    scope: Scope,
    person_id: UUID,
    before: Mapping[str, Any],
    *,
    undoes_id: UUID,
    counted: Counted,
    called_off: Collection[UUID] = (),
) -> Person:
    """Undo a change of the times, which had *counted* intakes and *called_off* doses: the parts
    that it changed are as they were *before* by the audit. Raises NotFound and TimesOfDayClash.
    """
    scope.require(Action.CHANGE_MEDICINES)
    person = await lock_person(scope, person_id)
    medicines = await _lock_medicines(scope, person_id)
    retiming = _plan(person, before[DAY_TIMES], medicines)
    await uncount_intakes(scope, counted)
    await _apply(
        scope,
        retiming,
        medicines,
        before[DAY_TIMES],
        undoes_id=undoes_id,
        called_off=called_off,
    )
    return await get_person(scope, person_id)


@dataclass(frozen=True)
class SetWithMedicine:
    """An event of the audit: times of a person's day that were set with a new medicine. `after` has
    them by part; in `before`, None is a time that nobody had set.
    """

    id: UUID
    at: datetime
    person_id: UUID
    before: Mapping[str, str | None]
    after: Mapping[str, str]
    counted: Counted
    called_off: Sequence[UUID]


async def find_set_with_medicine(scope: Scope, medication_id: UUID) -> SetWithMedicine | None:
    """The times that were set when the medicine was added, unless that has been undone."""
    event, undo = AuditEvent, aliased(AuditEvent)
    row = await scope.row(
        select(event.id, event.created_at, event.subject_id, event.before, event.after)
        .join(Medication, Medication.care_recipient_id == event.subject_id)
        .where(
            Medication.id == medication_id,
            event.family_id == scope.family_id,
            event.action == _SET,
            event.after[_ADDED_WITH].astext == str(medication_id),
            ~select(undo.id).where(undo.undoes_id == event.id).exists(),
        )
    )
    if row is None:
        return None
    return SetWithMedicine(
        id=row.id,
        at=row.created_at,
        person_id=row.subject_id,
        before=row.before[DAY_TIMES],
        after=row.after[DAY_TIMES],
        counted=row.after[COUNTED],
        called_off=[UUID(dose_id) for dose_id in row.after[CALLED_OFF]],
    )


async def undo_set_with_medicine(scope: Scope, was_set: SetWithMedicine) -> Person:
    """Put back times that were set with a medicine, now that it has been removed; returns the
    person as they are then. Raises TimesOfDayClash.

    A time that somebody has set anew since stays, and so does one on which a medicine hangs that
    was added or changed since.
    """
    person = await get_person(scope, was_set.person_id)
    used = await _list_parts_used_since(scope, was_set)
    before = {
        part: at
        for part, at in was_set.before.items()
        if person.day_times.get(part) == was_set.after[part] and part not in used
    }
    if not before:
        return person
    return await restore_day_times(
        scope,
        person.id,
        {DAY_TIMES: before},
        undoes_id=was_set.id,
        counted=was_set.counted,
        called_off=was_set.called_off,
    )


async def _list_parts_used_since(scope: Scope, was_set: SetWithMedicine) -> Collection[PartOfDay]:
    changed_since = (
        select(AuditEvent.id)
        .where(
            AuditEvent.family_id == scope.family_id,
            AuditEvent.subject_id == Medication.id,
            AuditEvent.created_at > was_set.at,
        )
        .exists()
    )
    medicines = await fetch_expandables(
        scope, _taken_by(scope, was_set.person_id).where(changed_since)
    )
    return {part for medicine in medicines for part in parts_of(medicine.schedule)}


def _stored(times: Mapping[PartOfDay, time]) -> dict[str, str]:
    return DayTimes(times).to_json()


def _taken_by(scope: Scope, person_id: UUID) -> Any:
    return EXPANDABLE.where(
        Medication.care_recipient_id == person_id,
        Medication.family_id == scope.family_id,
        Medication.deleted_at.is_(None),
        Medication.status != MedicineStatus.STOPPED,
    )


async def _lock_medicines(scope: Scope, person_id: UUID) -> Sequence[Expandable]:
    """Lock what the person takes, except stopped medicines: doses first, as everywhere."""
    statement = _taken_by(scope, person_id)
    rows = await scope.rows(select(statement.subquery().c.id))
    await lock_doses(scope, [row.id for row in rows])
    return await fetch_expandables(scope, statement.with_for_update(of=Medication))


def _plan(
    person: Person, changed: Mapping[str, str | None], medicines: Sequence[Expandable]
) -> Retiming:
    """What the times in *changed* (None: nobody has said) would do. Raises TimesOfDayClash."""
    before = DayTimes.from_json(person.day_times)
    after = DayTimes.from_json(_merged(person.day_times, changed))
    parts = [
        PartChange(part, before.at(part), after.at(part), part in before.named)
        for part in PartOfDay
        if before.named.get(part) != after.named.get(part)
    ]
    moved = []
    for medicine in medicines:
        try:
            times = list_moved(medicine.schedule, after)
        except InvalidSchedule as error:
            raise TimesOfDayClash(medicine.name, error.problem) from error
        if times:
            moved.append(MovedMedicine(medicine.medication_id, medicine.name, tuple(times)))
    moved.sort(key=lambda each: (each.name.casefold(), each.medication_id))
    return Retiming(person, tuple(parts), tuple(moved))


def _merged(stored: Mapping[str, str], changed: Mapping[str, str | None]) -> dict[str, str]:
    """Parts that a newer version of the program has stored stay."""
    both = {**stored, **changed}
    return {part: at for part, at in both.items() if at is not None}


async def _apply(
    scope: Scope,
    retiming: Retiming,
    medicines: Sequence[Expandable],
    changed: Mapping[str, str | None],
    *,
    undoes_id: UUID | None = None,
    called_off: Collection[UUID] = (),
    added_with: UUID | None = None,
) -> None:
    person = retiming.person
    day_times = _merged(person.day_times, changed)
    await save_day_times(scope, person.id, day_times)
    day = DayTimes.from_json(day_times)
    moving = {each.medication_id for each in retiming.moved}
    counted: dict[str, Mapping[str, Any]] = {}
    cancelled: list[UUID] = []
    for medicine in medicines:
        if medicine.medication_id in moving:
            counted |= await _retime(scope, medicine, day, cancelled, called_off=called_off)
    await audit.record(
        scope,
        _SET if undoes_id is None else "person.put_back",
        subject_type="care_recipient",
        subject_id=person.id,
        before={
            DAY_TIMES: {part: person.day_times.get(part) for part in changed},
            MEDICINES: [each.name for each in retiming.moved],
        },
        after={
            DAY_TIMES: dict(changed),
            "changed": [each.part.value for each in retiming.parts if each.is_effective],
            COUNTED: counted,
            CALLED_OFF: [str(dose_id) for dose_id in cancelled],
            **({} if added_with is None else {_ADDED_WITH: str(added_with)}),
        },
        undoes_id=undoes_id,
        is_own_act=added_with is None,
    )
    await bump_list_version(scope)


async def _retime(
    scope: Scope,
    before: Expandable,
    day: DayTimes,
    cancelled: list[UUID],
    *,
    called_off: Collection[UUID],
) -> Counted:
    """Move a medicine to the times of *day*; returns the intakes that count as its doses now, and
    adds the doses that it cancels to *cancelled*.
    """
    medicine = await start_after_edit(
        scope, before, replace(before, schedule=retimed(before.schedule, day))
    )
    await scope.execute(
        update(Medication)
        .where(Medication.id == medicine.medication_id)
        .values(
            schedule=medicine.schedule.to_json(),
            version=Medication.version + 1,
            doses_from=medicine.doses_from,
        )
    )
    if not medicine.has_doses_to_come:
        return {}
    pending = await list_future_dose_ids(scope, medicine.medication_id, status=DoseStatus.PENDING)
    counted = await re_expand(scope, medicine, called_off=called_off)
    off = set(
        await list_future_dose_ids(scope, medicine.medication_id, status=DoseStatus.CANCELLED)
    )
    cancelled += [dose_id for dose_id in pending if dose_id in off]
    return counted
