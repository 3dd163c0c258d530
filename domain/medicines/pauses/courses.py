"""What courses lose to pauses, and extending them by it.

A course may be extended by what it loses to a pause. The audit event of that edit keeps the
stretches of time it was extended for, and the course without them. So when a pause ends early, what
the course didn't lose after all can be removed again, and no day is added twice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.medicines.changes.editing import edit_medication
from domain.medicines.doses.ladder import LONGEST_WINDOW
from domain.medicines.errors import MedicineChanged
from domain.medicines.expansion.re_expansion import lock_doses
from domain.medicines.facts import MedicineFacts
from domain.medicines.reading import get_medication, read_medicines
from domain.medicines.schedules.courses import (
    Stretch,
    ends_earlier,
    has_end,
    lengthen,
    with_dates_before,
)
from domain.medicines.schedules.kinds import Schedule, schedule_from_json
from domain.models import AuditEvent, Dose, Medication
from domain.models.medicines import DoseStatus, MedicineStatus

_SAME_MOMENT = timedelta(minutes=1)  # timestamps this close are of one transaction


@dataclass(frozen=True)
class CourseQuestion:
    """A question about a course: whether to add at its end what it loses in `lost`; None: whether
    to remove what was added for time that wasn't lost.

    With `is_of_the_past` it's about a pause that had ended: if that pause has been reinstated, it's
    too early to ask.
    """

    medication_id: UUID
    lost: Stretch | None = None
    is_of_the_past: bool = False

    def to_json(self) -> dict[str, Any]:
        lost = self.lost and [self.lost.since.isoformat(), self.lost.until.isoformat()]
        return {
            "medication_id": str(self.medication_id),
            "lost": lost,
            "is_of_the_past": self.is_of_the_past,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        lost = _stretch(stored["lost"]) if stored["lost"] else None
        return cls(UUID(stored["medication_id"]), lost, stored["is_of_the_past"])


@dataclass(frozen=True)
class CourseChange:
    """A course as it is, and its new `schedule`: `days` of doses longer, or, if days is 0, without
    what was added for time that wasn't lost.

    `stretches` are what pauses then have taken from it; `base` is the course without extensions.
    """

    medicine: MedicineFacts
    schedule: Schedule
    days: int
    base: Schedule
    stretches: Sequence[Stretch]

    @property
    def shown(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the question shows; a yes must have seen the same."""
        return self.medicine.schedule.to_json(), self.schedule.to_json()


async def find_left_out_since(scope: Scope, subject_id: UUID) -> datetime | None:
    """Since when the current pause has been dropping doses of a person or a medicine, excluding
    those we asked about when its end was set; None if no pause is recorded.
    """
    events = await scope.rows(
        select(AuditEvent.before, AuditEvent.created_at)
        .where(
            AuditEvent.family_id == scope.family_id,
            AuditEvent.subject_id == subject_id,
            AuditEvent.action.in_(("person.paused", "medication.paused")),
        )
        .order_by(AuditEvent.created_at)
    )
    since: datetime | None = None
    for event in events:
        before = event.before
        is_first = (
            before.get("paused_at", "") is None or before.get("status") == MedicineStatus.ACTIVE
        )
        end = before.get("paused_until") or before.get("resumes_at")
        if end is not None:
            since = datetime.fromisoformat(end)
        elif is_first or since is None:
            since = event.created_at
    return since


async def find_course_change(scope: Scope, question: CourseQuestion) -> CourseChange | None:
    """What to ask, by the current tables; None if there is nothing to ask (any more)."""
    scope.require(Action.READ)
    found = await read_medicines(scope, [question.medication_id])
    if not found or not _can_ask(found[0], question):
        return None
    course = await _read(scope, found[0], question.lost)
    end = scope.clock.now()
    if course.medicine.status is MedicineStatus.PAUSED:
        return course.change(question.lost, end=course.medicine.resumes_at)
    return course.change(question.lost, end=end)


async def change_course(
    scope: Scope, question: CourseQuestion, *, seen: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> MedicineFacts:
    """Write what was *seen* in a question. Raises NotFound, and MedicineChanged if the pause or
    the medicine has changed, so that we have to ask again.
    """
    scope.require(Action.CHANGE_MEDICINES)
    await _lock(scope, question.medication_id)
    change = await find_course_change(scope, question)
    if change is None or change.shown != seen:
        raise MedicineChanged(await get_medication(scope, question.medication_id))
    return await edit_medication(
        scope,
        question.medication_id,
        version=change.medicine.version,
        schedule=change.schedule,
        noted={
            _NOTE: {
                "base": change.base.to_json(),
                "stretches": [
                    [each.since.isoformat(), each.until.isoformat()] for each in change.stretches
                ],
            }
        },
    )


_NOTE = "lengthened"  # the key in the audit event of an edit


def _stretch(stored: Sequence[str]) -> Stretch:
    since, until = stored
    return Stretch(datetime.fromisoformat(since), datetime.fromisoformat(until))


def _can_ask(medicine: MedicineFacts, question: CourseQuestion) -> bool:
    is_paused_again = question.is_of_the_past and medicine.status is MedicineStatus.PAUSED
    is_stopped = medicine.status is MedicineStatus.STOPPED
    return has_end(medicine.schedule) and not is_stopped and not is_paused_again


async def _lock(scope: Scope, medication_id: UUID) -> None:
    """Lock a medicine against being paused, resumed or edited. Raises NotFound."""
    await lock_doses(scope, [medication_id])
    locked = await scope.row(
        select(Medication.id)
        .where(Medication.id == medication_id, Medication.family_id == scope.family_id)
        .with_for_update()
    )
    if locked is None:
        raise NotFound


@dataclass(frozen=True)
class _CourseDose:
    occurrence_key: str
    due_at: datetime
    status: DoseStatus
    resolved_at: datetime | None


@dataclass(frozen=True)
class _Course:
    """A course: `base` is without what was added for `stretches`, `doses` are of that time."""

    medicine: MedicineFacts
    base: Schedule
    stretches: Sequence[Stretch]
    doses: Sequence[_CourseDose]

    @property
    def kept(self) -> Collection[str]:
        """The keys of doses that pauses haven't cancelled."""
        return {dose.occurrence_key for dose in self.doses if dose.status != DoseStatus.CANCELLED}

    def change(self, lost: Stretch | None, *, end: datetime | None) -> CourseChange | None:
        """*end* is that of the current pause (None: it has none), or now without a pause."""
        return self._shorter(end) if lost is None else self._longer(lost, end)

    def _longer(self, lost: Stretch, end: datetime | None) -> CourseChange | None:
        zone, schedule = self.medicine.zone, self.medicine.schedule
        lost_so_far = lost.up_to(end, zone)
        if lost_so_far is None:
            return None
        since, until = lost_so_far.instants(zone)
        since = min([since, *self._open_at(since)])
        longer = lengthen(
            schedule, zone, since=since, until=until, kept=self.kept, counted=self.stretches
        )
        if longer is None:
            return None
        stretches = [*self.stretches, Stretch.between(since, until, zone)]
        return CourseChange(self.medicine, longer.schedule, longer.days, self.base, stretches)

    def _open_at(self, since: datetime) -> Sequence[datetime]:
        """When the doses that were open when the pause began were due: they are dropped, too."""
        return [
            dose.due_at
            for dose in self.doses
            if dose.status == DoseStatus.CANCELLED
            and since - LONGEST_WINDOW < dose.due_at <= since
            and (dose.resolved_at or since) >= since - _SAME_MOMENT
        ]

    def _shorter(self, end: datetime | None) -> CourseChange | None:
        zone, schedule = self.medicine.zone, self.base
        cut = [each.up_to(end, zone) for each in self.stretches]
        stretches = [each for each in cut if each is not None]
        for each in stretches:
            since, until = each.instants(zone)
            longer = lengthen(schedule, zone, since=since, until=until, kept=self.kept)
            schedule = longer.schedule if longer else schedule
        if not ends_earlier(schedule, self.medicine.schedule):
            return None
        return CourseChange(self.medicine, schedule, 0, self.base, stretches)


async def _read(scope: Scope, medicine: MedicineFacts, lost: Stretch | None) -> _Course:
    base, stretches = await _lengthened_before(scope, medicine)
    times = [each.instants(medicine.zone) for each in [*stretches, *([lost] if lost else [])]]
    if not times:
        return _Course(medicine, base, stretches, [])
    rows = await scope.rows(
        select(Dose.occurrence_key, Dose.due_at, Dose.status, Dose.resolved_at).where(
            Dose.medication_id == medicine.id,
            Dose.is_scheduled,
            Dose.due_at > min(since for since, _ in times) - LONGEST_WINDOW,
            Dose.due_at < max(until for _, until in times),
        )
    )
    doses = [_CourseDose(**row._asdict()) for row in rows]
    return _Course(medicine, base, stretches, doses)


async def _lengthened_before(
    scope: Scope, medicine: MedicineFacts
) -> tuple[Schedule, Sequence[Stretch]]:
    """The course without what was added for pauses, and for which stretches; the course itself, if
    nothing was added or somebody has set its end since.
    """
    undo = aliased(AuditEvent)
    is_undone = (
        select(undo.id)
        .where(undo.family_id == AuditEvent.family_id, undo.undoes_id == AuditEvent.id)
        .exists()
    )
    row = await scope.row(
        select(AuditEvent.after)
        .where(
            AuditEvent.family_id == scope.family_id,
            AuditEvent.subject_id == medicine.id,
            AuditEvent.action == "medication.edited",
            func.jsonb_exists(AuditEvent.after, _NOTE),
            ~is_undone,
        )
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .limit(1)
    )
    if row is None:
        return medicine.schedule, []
    note = row.after[_NOTE]
    base = with_dates_before(
        medicine.schedule,
        after=schedule_from_json(row.after["schedule"]),
        before=schedule_from_json(note["base"]),
    )
    if base is None:
        return medicine.schedule, []
    return base, [_stretch(each) for each in note["stretches"]]
