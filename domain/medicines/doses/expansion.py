"""Expanding schedules into doses, for the next 36 hours, and again when they change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.database import Scope
from domain.delivery import outbox as notifications
from domain.events import NotificationsOwed, TimerSet
from domain.family.list_version import raise_list_version
from domain.medicines.dosages import Dosage
from domain.medicines.doses.counted_intakes import (
    FARTHEST,
    ComesBack,
    Counted,
    count_intakes,
    reach,
)
from domain.medicines.doses.ladder import first_action, window_end
from domain.medicines.facts import OpenDose
from domain.medicines.schedules.kinds import Schedule, schedule_from_json
from domain.medicines.schedules.occurrences import (
    Occurrence,
    first_occurrence,
    last_occurrence,
    occurrences_between,
)
from domain.models import CareRecipient, Dose, Medication, new_id
from domain.set_asides import Subject, Work, is_free
from domain.timers import Step, ceil_minute

HORIZON = timedelta(hours=36)

# The widest that a wall clock time moves when a person moves: from one end of the date line to the
# other. What was due in this time may be due again, or still.
_WIDEST_MOVE = timedelta(hours=27)

# How far ahead of now the doses of a medicine end when it is expanded again (see WakeUps.expand).
_EXPANDED_AHEAD = timedelta(hours=24)

# As the partial index says it, or it is not used.
_HAS_DOSES_TO_COME = text(
    "(medications.status = 'active' OR medications.resumes_at IS NOT NULL)"
    " AND medications.deleted_at IS NULL"
)


@dataclass(frozen=True)
class Expandable:
    """What a medication's doses are made from.

    None falls due before `doses_from` (its last edit said so) and `resumes_at` (its pause ends).
    """

    medication_id: UUID
    care_recipient_id: UUID
    name: str
    dosage: Dosage
    schedule: Schedule
    zone: ZoneInfo
    expanded_until: datetime
    doses_from: datetime | None = None
    resumes_at: datetime | None = None
    last_intake_at: datetime | None = None

    @property
    def not_before(self) -> datetime | None:
        starts = [at for at in (self.doses_from, self.resumes_at) if at is not None]
        return max(starts, default=None)

    def occurrences(self, after: datetime, until: datetime) -> Sequence[Occurrence]:
        """As of its schedule, without those that are too early."""
        found = occurrences_between(
            self.schedule, self.zone, after, until, last_intake_at=self.last_intake_at
        )
        start = self.not_before
        return [o for o in found if start is None or o.due_at >= start]

    def first(self, after: datetime) -> Occurrence | None:
        """The first dose due after *after*."""
        if self.not_before is not None:
            after = max(after, self.not_before - timedelta(microseconds=1))
        return first_occurrence(self.schedule, self.zone, after, last_intake_at=self.last_intake_at)


@dataclass(frozen=True)
class Kept:
    """What re-expansion leaves as it is, as far as it stands in the way of new doses."""

    last_intake_at: datetime | None
    last_open_at: datetime | None  # when the last dose that is asked for now was due

    def is_too_near(self, occurrence: Occurrence, gap: timedelta | None) -> bool:
        """Whether a dose was given, or is asked for, less than half the gap before *occurrence*."""
        earlier = [at for at in (self.last_intake_at, self.last_open_at) if at is not None]
        is_near = (occurrence.due_at - at < (gap or timedelta(0)) / 2 for at in earlier)
        return any(is_near)


async def expand_medication(scope: Scope, medication: Expandable) -> None:
    """Make the doses from where the last expansion ended up to 36 hours from now.

    Repeating it makes nothing twice: the occurrence key is unique for each medication.
    """
    await _expand(scope, [medication])


async def _expand(scope: Scope, medications: Sequence[Expandable]) -> None:
    """All of a family's together: two statements, however many they are."""
    until = scope.clock.now() + HORIZON
    doses: list[dict[str, Any]] = []
    for medication in medications:
        due = medication.occurrences(medication.expanded_until, until)
        if due:
            doses += _doses(scope, medication, due)
    if doses:
        await scope.connection.execute(
            insert(Dose).on_conflict_do_nothing(
                index_elements=[Dose.medication_id, Dose.occurrence_key]
            ),
            doses,
        )
        for at in {dose["next_action_at"] for dose in doses}:
            scope.publish(TimerSet(at))
    await scope.execute(
        update(Medication)
        .where(
            Medication.id.in_([each.medication_id for each in medications if not each.resumes_at])
        )
        .values(expanded_until=until)
    )
    for medication in medications:
        if medication.resumes_at is not None:
            await _set_expanded(scope, medication, until)


async def _set_expanded(scope: Scope, medication: Expandable, until: datetime) -> None:
    """Remember how far its doses go. A pause that ends is looked at again as soon as it has."""
    if medication.resumes_at is not None:
        until = min(until, max(medication.resumes_at, scope.clock.now()) + _EXPANDED_AHEAD)
    await scope.execute(
        update(Medication)
        .where(Medication.id == medication.medication_id)
        .values(expanded_until=until)
    )


async def list_ahead(scope: Scope, medication_id: UUID, *, status: str) -> Sequence[UUID]:
    """The doses of a medication that are still to come and are so: `pending` or `cancelled`."""
    rows = await scope.rows(
        select(Dose.id).where(
            Dose.medication_id == medication_id,
            Dose.status == status,
            Dose.due_at > scope.clock.now(),
        )
    )
    return [row.id for row in rows]


async def re_expand(
    scope: Scope, medication: Expandable, *, called_off: Collection[UUID] = ()
) -> Counted:
    """Bring the doses into line with a schedule, a zone or an intake that has changed.

    Only doses that lie ahead and that nobody has been asked for are moved, cancelled or made. What
    was cancelled comes back where the schedule has it (again): asked at once, if its window is not
    over, and as taken if it was given meanwhile: returns the intakes that count for such doses. Of
    those *called_off* by what is taken back now, what had stayed due by the clock of another zone
    is so again. The medication's doses must be locked; see :func:`lock_doses`.
    """
    now = scope.clock.now()
    until = now + HORIZON
    wanted = {o.key: o for o in medication.occurrences(now - _WIDEST_MOVE, until + _WIDEST_MOVE)}
    existing = {
        row.occurrence_key: row
        for row in await scope.rows(
            select(
                Dose.id,
                Dose.occurrence_key,
                Dose.due_at,
                Dose.window_ends_at,
                Dose.status,
                Dose.ladder_step,
                Dose.ask_no,
                Dose.snoozed_by_id,
                Dose.taken_at,
                Dose.resolved_at,
            ).where(
                Dose.medication_id == medication.medication_id,
                Dose.is_scheduled,
                or_(Dose.due_at > now - _WIDEST_MOVE, Dose.occurrence_key.in_(wanted or [""])),
            )
        )
    }
    ahead = [o for o in wanted.values() if _is_to_be_made(o, existing.get(o.key), now, until)]
    await _cancel(
        scope,
        [row.id for key, row in existing.items() if _is_untouched(row, now) and key not in wanted],
    )
    # What an edit in between had asked for instead, and was given, stands for it.
    instead = [row.taken_at for key, row in existing.items() if row.taken_at and key not in wanted]
    back = [
        row
        for key, row in existing.items()
        if row.status == "cancelled"
        and row.due_at <= now < row.window_ends_at
        and key in wanted
        and all(reach(wanted[key], at, schedule=wanted.values()) is None for at in instead)
    ]
    await _revive_open(scope, back)
    await _revive_ahead(
        scope,
        [
            row
            for key, row in existing.items()
            if row.id in called_off
            and row.status == "cancelled"
            and row.due_at > now
            and key in wanted
            and wanted[key].due_at <= now
        ],
    )
    made: Mapping[str, UUID] = {}
    if ahead:
        due = sorted(ahead, key=lambda o: o.due_at)
        made = await _upsert(scope, _doses(scope, medication, due))
    counted = await count_intakes(
        scope,
        medication.medication_id,
        [ComesBack(row.id, wanted[row.occurrence_key], row.resolved_at) for row in back]
        + _coming_back(ahead, existing, made),
        schedule=list(wanted.values()),
    )
    await notifications.show_again(
        scope, {(medication.care_recipient_id, row.due_at) for row in back}
    )
    if back:
        scope.publish(NotificationsOwed())
    await _set_expanded(scope, medication, until)
    return counted


def _coming_back(
    ahead: Iterable[Occurrence], existing: Mapping[str, Row[Any]], made: Mapping[str, UUID]
) -> list[ComesBack]:
    """Those of the doses *ahead* that were cancelled, or were not there. What was open all the time
    could be answered: what was given beside it was an extra.
    """
    found = []
    for occurrence in ahead:
        row = existing.get(occurrence.key)
        if row is None:
            found.append(ComesBack(made[occurrence.key], occurrence, None))
        elif row.status == "cancelled":
            found.append(ComesBack(row.id, occurrence, row.resolved_at))
    return found


def first_that_does_not_double(
    edited: Expandable, before: Expandable, kept: Kept, now: datetime
) -> datetime | None:
    """Before when an edited medicine must not fall due; None if it may at any time.

    Aspirin at 08:00 was taken and is changed to 09:00: today's is given, so the first of the new
    ones is tomorrow's. Aspirin at 08:00 was taken and 12:00 is added: it is given today. What fell
    due before the edit too is never left out.
    """
    found = first = edited.first(now)
    while found is not None and not _has(before, found):
        if not kept.is_too_near(found, _gap(edited, found)):
            break
        found = edited.first(found.due_at)
    return None if found is None or found is first else found.due_at


def _has(medication: Expandable, occurrence: Occurrence) -> bool:
    at = occurrence.due_at
    return occurrence.key in {o.key for o in medication.occurrences(at - timedelta(minutes=1), at)}


def _gap(medication: Expandable, occurrence: Occurrence) -> timedelta | None:
    """From the dose before, or where there is none, to the one after; None for a single dose."""
    before = last_occurrence(
        medication.schedule,
        medication.zone,
        occurrence.due_at,
        last_intake_at=medication.last_intake_at,
    )
    if before is not None:
        return occurrence.due_at - before.due_at
    after = medication.first(occurrence.due_at)
    return None if after is None else after.due_at - occurrence.due_at


async def lock_doses(scope: Scope, medication_ids: Collection[UUID]) -> None:
    """Lock what is open of these medications, and what was given lately outside of their schedules
    and may be counted for a dose; by id: doses come before medications everywhere.
    """
    is_recent = Dose.taken_at > scope.clock.now() - _WIDEST_MOVE - FARTHEST
    await scope.execute(
        select(Dose.id)
        .where(
            Dose.medication_id.in_(medication_ids),
            or_(Dose.status == "pending", ~Dose.is_scheduled & is_recent),
        )
        .order_by(Dose.id)
        .with_for_update()
    )


async def cancel_open(
    scope: Scope, care_recipient_id: UUID, medication_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[OpenDose]]:
    """Ask for none of these medicines of one person any more; their cards say so. Returns the doses
    that were due and open, by their medicines.
    """
    cancelled = await scope.rows(
        update(Dose)
        .where(Dose.medication_id.in_(medication_ids), Dose.status == "pending")
        .values(
            status="cancelled",
            next_action_at=None,
            ladder_step=None,
            resolved_at=func.clock_now(),
        )
        .returning(
            Dose.id,
            Dose.medication_id,
            Dose.due_at,
            Dose.window_ends_at,
            Dose.timezone,
            Dose.dosage,
            Dose.amount,
            Dose.unit,
        )
    )
    await notifications.show_again(scope, {(care_recipient_id, dose.due_at) for dose in cancelled})
    scope.publish(NotificationsOwed())
    now = scope.clock.now()
    were_open: dict[UUID, list[OpenDose]] = {}
    for row in sorted(cancelled, key=lambda row: (row.due_at, row.id)):
        if row.due_at <= now:
            dose = OpenDose(
                id=row.id,
                due_at=row.due_at,
                window_ends_at=row.window_ends_at,
                zone=ZoneInfo(row.timezone),
                dosage=Dosage(row.dosage, row.amount, row.unit),
                snoozed_until=None,
            )
            were_open.setdefault(row.medication_id, []).append(dose)
    return were_open


async def get_kept(scope: Scope, medication_id: UUID) -> Kept:
    """What stands in the way of new doses: the last intake, and what is asked for now."""
    is_open = (Dose.status == "pending") & (Dose.due_at <= scope.clock.now())
    row = (
        await scope.rows(
            select(
                func.max(Dose.taken_at).label("last_intake_at"),
                func.max(Dose.due_at).filter(is_open).label("last_open_at"),
            ).where(Dose.medication_id == medication_id, or_(Dose.taken_at.is_not(None), is_open))
        )
    )[0]
    return Kept(row.last_intake_at, row.last_open_at)


def _is_untouched(row: Row[Any], now: datetime) -> bool:
    """Whether it lies ahead and nobody was asked for it, or has put it off."""
    return (
        row.status == "pending"
        and row.due_at > now
        and row.ladder_step == Step.ASK
        and row.ask_no == 0
        and row.snoozed_by_id is None
    )


def _is_to_be_made(
    occurrence: Occurrence, row: Row[Any] | None, now: datetime, until: datetime
) -> bool:
    """Whether a dose is made, moved or revived for *occurrence*.

    What was ahead and, by the clock of another zone, has gone by stays due when it was.
    """
    if occurrence.due_at <= now:
        return False
    if row is None:
        return occurrence.due_at <= until
    return _is_untouched(row, now) or row.status == "cancelled"


async def _cancel(scope: Scope, dose_ids: Sequence[UUID]) -> None:
    if dose_ids:
        await scope.execute(
            update(Dose)
            .where(Dose.id.in_(dose_ids), Dose.status == "pending")
            .values(
                status="cancelled",
                next_action_at=None,
                ladder_step=None,
                resolved_at=func.clock_now(),
            )
        )


async def _revive_open(scope: Scope, rows: Iterable[Row[Any]]) -> None:
    """Ask once more for what was cancelled while its window was open."""
    dose_ids = [row.id for row in rows]
    if not dose_ids:
        return
    at = ceil_minute(scope.clock.now())
    await scope.execute(
        update(Dose)
        .where(Dose.id.in_(dose_ids), Dose.status == "cancelled")
        .values(
            status="pending",
            ladder_step=Step.ASK,
            next_action_at=at,
            resolved_at=None,
            snoozed_by_id=None,
        )
    )
    scope.publish(TimerSet(at))


async def _revive_ahead(scope: Scope, rows: Sequence[Row[Any]]) -> None:
    """Ask for what was cancelled when it was due."""
    if not rows:
        return
    await scope.execute(
        update(Dose)
        .where(Dose.id.in_([row.id for row in rows]), Dose.status == "cancelled")
        .values(
            status="pending", ladder_step=Step.ASK, next_action_at=Dose.due_at, resolved_at=None
        )
    )
    for row in rows:
        scope.publish(TimerSet(row.due_at))


async def _upsert(scope: Scope, doses: Sequence[dict[str, Any]]) -> Mapping[str, UUID]:
    """Make doses; where one of the key is there, open or cancelled, it becomes what is wanted.
    Returns the ids of those that were made, by their keys.
    """
    made = insert(Dose)
    await scope.connection.execute(
        made.on_conflict_do_update(
            index_elements=[Dose.medication_id, Dose.occurrence_key],
            set_={
                "due_at": made.excluded.due_at,
                "timezone": made.excluded.timezone,
                "window_ends_at": made.excluded.window_ends_at,
                "medication_name": made.excluded.medication_name,
                "dosage": made.excluded.dosage,
                "amount": made.excluded.amount,
                "unit": made.excluded.unit,
                "status": "pending",
                "ladder_step": made.excluded.ladder_step,
                "next_action_at": made.excluded.next_action_at,
                "resolved_at": None,
                "snoozed_by_id": None,
            },
            where=or_(Dose.status == "pending", Dose.status == "cancelled"),
        ),
        doses,
    )
    for dose in doses:
        scope.publish(TimerSet(dose["next_action_at"]))
    return {dose["occurrence_key"]: dose["id"] for dose in doses}


def _doses(scope: Scope, medication: Expandable, due: Sequence[Occurrence]) -> list[dict[str, Any]]:
    following = medication.first(due[-1].due_at)
    next_due = [o.due_at for o in due[1:]] + [following.due_at if following else None]
    return [
        _dose(scope, medication, occurrence, next_due_at=after)
        for occurrence, after in zip(due, next_due, strict=True)
    ]


def _dose(
    scope: Scope, medication: Expandable, occurrence: Occurrence, *, next_due_at: datetime | None
) -> dict[str, Any]:
    dosage = occurrence.dosage or medication.dosage
    first = first_action(occurrence.due_at)
    return {
        "id": new_id(),
        "family_id": scope.family_id,
        "medication_id": medication.medication_id,
        "care_recipient_id": medication.care_recipient_id,
        "occurrence_key": occurrence.key,
        "due_at": occurrence.due_at,
        "timezone": medication.zone.key,
        "window_ends_at": window_end(occurrence.due_at, next_due_at),
        "medication_name": medication.name,
        "dosage": dosage.words,
        "amount": dosage.amount,
        "unit": dosage.unit,
        "ladder_step": first.step,
        "next_action_at": first.at,
    }


async def find_due(scope: Scope, *, before: datetime, most: int) -> Sequence[Subject]:
    """Up to *most* medicines whose doses end before *before*; those first whose doses end first.
    As the dispatcher.
    """
    rows = await scope.rows(
        select(Medication.family_id, Medication.id)
        .where(
            _HAS_DOSES_TO_COME,
            Medication.expanded_until < before,
            is_free(Work.EXPANSION, Medication.id),
        )
        .order_by(Medication.expanded_until)
        .limit(most)
    )
    return [Subject(row.family_id, row.id) for row in rows]


EXPANDABLE = (
    select(
        Medication.id,
        Medication.care_recipient_id,
        Medication.name,
        Medication.dosage,
        Medication.dosage_amount,
        Medication.dosage_unit,
        Medication.schedule,
        Medication.status,
        Medication.resumes_at,
        Medication.doses_from,
        Medication.expanded_until,
        CareRecipient.timezone,
    )
    .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
    .order_by(Medication.id)
)
"""Selects what :func:`to_expandable` reads."""


async def expand(scope: Scope, medication_ids: Sequence[UUID], *, before: datetime) -> int:
    """Expand those of these medicines of the scope's family that end before *before*; returns how
    many.

    A medicine whose pause is over is active again from here on.
    """
    rows = await scope.rows(
        EXPANDABLE.where(
            Medication.id.in_(medication_ids),
            Medication.family_id == scope.family_id,
            _HAS_DOSES_TO_COME,
            Medication.expanded_until < before,
        ).with_for_update(of=Medication, skip_locked=True)
    )
    intakes = await last_intakes(scope, rows)
    if rows:
        await _expand(scope, [to_expandable(row, intakes) for row in rows])
    back = [row.id for row in rows if row.resumes_at and row.resumes_at <= scope.clock.now()]
    if back:
        await scope.execute(
            update(Medication)
            .where(Medication.id.in_(back))
            .values(status="active", resumes_at=None, is_paused_with_person=False)
        )
        await raise_list_version(scope)
    return len(rows)


async def last_intakes(scope: Scope, rows: Iterable[Row[Any]]) -> Mapping[UUID, datetime]:
    """When those medicines were last taken whose next dose depends on it."""
    follow = [row.id for row in rows if row.schedule.get("from_last_intake")]
    if not follow:
        return {}
    taken = await scope.rows(
        select(Dose.medication_id, func.max(Dose.taken_at).label("at"))
        .where(Dose.medication_id.in_(follow), Dose.taken_at.is_not(None))
        .group_by(Dose.medication_id)
    )
    return {row.medication_id: row.at for row in taken}


def to_expandable(row: Row[Any], intakes: Mapping[UUID, datetime]) -> Expandable:
    """A row of :data:`EXPANDABLE`."""
    return Expandable(
        medication_id=row.id,
        care_recipient_id=row.care_recipient_id,
        name=row.name,
        dosage=Dosage(row.dosage, row.dosage_amount, row.dosage_unit),
        schedule=schedule_from_json(row.schedule),
        zone=ZoneInfo(row.timezone),
        expanded_until=row.expanded_until,
        doses_from=row.doses_from,
        resumes_at=row.resumes_at,
        last_intake_at=intakes.get(row.id),
    )
