"""Undoing a change of an appointment: the values it replaced are in the audit, and are written
back.

A changed rule moves, adds and drops occurrences, splits a series, and leaves alone occurrences that
were moved, cancelled or given a driver individually. That can't be recomputed in reverse, so each
change records in the audit which values it replaced, and Undo writes exactly those.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, or_, select, update

from domain import audit
from domain.access import Action
from domain.appointments.changes.locking import Reach, lock_appointment, mark_changed
from domain.appointments.details import Details
from domain.appointments.errors import AppointmentOver
from domain.appointments.news import announce_if_imminent
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_next_or_last_occurrence, get_occurrence
from domain.appointments.series.occurrence_rows import release_keys
from domain.appointments.series.replanning import replan, reset_timers
from domain.appointments.series.series import to_key
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.limits import Quota
from domain.family.room import require_room
from domain.local_time import to_local
from domain.models import Appointment, AppointmentOccurrence
from domain.models.appointments import OccurrenceStatus

Values: TypeAlias = Mapping[str, Any]

_APPOINTMENT = (
    "scheduled_at",
    "timezone",
    "recurrence",
    "cancelled_from",
    *Details(title="").columns(),
)
_OCCURRENCE = (
    "appointment_id",
    "occurrence_key",
    "starts_at",
    "ends_at",
    "status",
    "driver_id",
    "own_details",
    "own_remind_before",
)
_NOT_SHOWN = {"driver_id", "remind_before", "own_remind_before"}  # in calendars
_COLUMNS = [getattr(AppointmentOccurrence, name) for name in _OCCURRENCE]
_INSTANTS = frozenset({"scheduled_at", "cancelled_from", "starts_at", "ends_at"})
_IDS = frozenset({"appointment_id", "doctor_id", "driver_id"})


@dataclass(frozen=True)
class AppointmentSnapshot:
    """An appointment and its unfinished occurrences before a change. `opened` is the occurrence
    that the change was made at; None: at none in particular.
    """

    appointment_id: UUID
    opened: UUID | None
    appointment: Values
    occurrences: Mapping[UUID, Values]

    async def describe_change(
        self, scope: Scope, reach: Reach, *, begun: UUID | None = None
    ) -> dict[str, Any]:
        """For the audit: the values that a change with this *reach* replaced, and the rows it made.
        *begun* is the appointment that continues with the rest of a split series.
        """
        ids = [self.appointment_id] if begun is None else [self.appointment_id, begun]
        now = await _occurrences(scope, ids, self.occurrences)
        changed = {
            str(id_): to_json({name: was[name] for name in was if was[name] != now[id_][name]})
            for id_, was in self.occurrences.items()
            if now[id_] != was
        }
        appointment = await _appointment(scope, self.appointment_id)
        opened = self.opened if str(self.opened) in changed else None
        return {
            "occurrence_id": str(self.opened) if self.opened else None,
            "reach": reach,
            "appointment_id": str(self.appointment_id),
            "appointment": to_json(
                {name: was for name, was in self.appointment.items() if was != appointment[name]}
            ),
            "begun": str(begun) if begun else None,
            "occurrences": changed,
            # What /history changes shows beside what was there before.
            "became": {
                "appointment": to_json(
                    {
                        name: appointment[name]
                        for name, was in self.appointment.items()
                        if was != appointment[name]
                    }
                ),
                "occurrence": to_json({name: now[opened][name] for name in changed[str(opened)]})
                if opened
                else {},
            },
            "made": [str(id_) for id_ in now if id_ not in self.occurrences],
        }


async def take_snapshot(
    scope: Scope, appointment_id: UUID, opened: UUID | None = None
) -> AppointmentSnapshot:
    """Take a snapshot of an appointment before changing it. It must be locked."""
    return AppointmentSnapshot(
        appointment_id=appointment_id,
        opened=opened,
        appointment=await _appointment(scope, appointment_id),
        occurrences=await _occurrences(scope, [appointment_id]),
    )


def can_undo_change(before: Values | None) -> bool:
    """Whether the audit has what :func:`undo_appointment_change` needs; versions before 0.6
    recorded less.
    """
    return before is not None and "made" in before


async def undo_appointment_change(
    scope: Scope, before: Values, *, undoes_id: UUID, action: Action = Action.CHANGE_APPOINTMENTS
) -> OccurrenceFacts:
    """Undo the change of audit event *undoes_id*, whose *before* this is; returns the occurrence
    that the change was made at, as it is now.

    Raises NotFound, NotAllowed and FamilyFull, and AppointmentOver if everything it affected is
    past.
    """
    appointment_id = UUID(before["appointment_id"])
    begun = UUID(before["begun"]) if before["begun"] else None
    ids = [appointment_id] if begun is None else sorted([appointment_id, begun])
    for id_ in ids:
        await lock_appointment(scope, id_, action=action)
    await require_room(scope, Quota.APPOINTMENT, excluding=appointment_id)
    changed = [UUID(id_) for id_ in before["occurrences"]]
    rows = await _occurrences(scope, ids, changed)
    was = _previous_values(before["occurrences"], rows, now=scope.clock.now())
    made = _list_made_rows(before, was, rows, since=undoes_id)
    await release_keys(scope, [*made, *was], appointment_id=appointment_id)
    if begun is not None:
        await _delete_rest(scope, begun)
    if before["appointment"]:
        await scope.execute(
            update(Appointment)
            .where(Appointment.id == appointment_id)
            .values(from_json(before["appointment"]))
        )
    cut = {"status": OccurrenceStatus.CUT}
    await _write(scope, was | {id_: {**rows[id_], **cut} for id_ in made})
    changed_values = [before["appointment"], *before["occurrences"].values()]
    affects_calendars = bool(made) or any(values.keys() - _NOT_SHOWN for values in changed_values)
    await mark_changed(scope, appointment_id, affects_calendars=affects_calendars)
    series = (await lock_appointment(scope, appointment_id, action=action)).series
    await replan(scope, series, series)
    news = [id_ for id_, values in was.items() if _differs(values, rows[id_])]
    await reset_timers(scope, series, [*news, *made])
    await audit.record(
        scope,
        "appointment.put_back",
        subject_type="appointment",
        subject_id=appointment_id,
        undoes_id=undoes_id,
    )
    found = await _get_changed_occurrence(scope, before["occurrence_id"], appointment_id)
    await announce_if_imminent(scope, appointment_id, found.id)
    return found


def _previous_values(
    replaced: Mapping[str, Values], rows: Mapping[UUID, Values], *, now: datetime
) -> dict[UUID, Values]:
    """The previous values of all rows; where that would put a row in the past, its times stay as
    they are now. Raises AppointmentOver if nothing else is left to undo.
    """
    was: dict[UUID, Values] = {}
    is_any_over = is_any_ahead = False
    for id_, values in replaced.items():
        row = rows[UUID(id_)]
        then = {**row, **from_json(values)}
        is_past = then["status"] == OccurrenceStatus.PLANNED and then["starts_at"] <= now
        if is_past and _differs(then, row):
            then |= {name: row[name] for name in ("starts_at", "ends_at", "status")}
            is_any_over = True
        elif _differs(then, row):
            is_any_ahead = True
        was[UUID(id_)] = then
    if is_any_over and not is_any_ahead:
        raise AppointmentOver
    return was


def _differs(values: Values, row: Values) -> bool:
    """Whether its time or status differs from *row*."""
    return bool(values["starts_at"] != row["starts_at"] or values["status"] != row["status"])


def _list_made_rows(
    before: Values, was: Mapping[UUID, Values], rows: Mapping[UUID, Values], *, since: UUID
) -> list[UUID]:
    """Rows that the change made, and later ones (ids are in order of time, so: after *since*) whose
    place others return to.
    """
    made = {UUID(id_) for id_ in before["made"]}
    places = {values["occurrence_key"] for values in was.values()}
    return [
        id_
        for id_, row in rows.items()
        if id_ not in was
        and (
            id_ in made
            or str(row["appointment_id"]) == before["begun"]
            or (id_ > since and row["occurrence_key"] in places)
        )
    ]


async def _delete_rest(scope: Scope, begun: UUID) -> None:
    """Delete the appointment that continued the rest of the series."""
    await mark_changed(scope, begun)
    await scope.execute(
        update(Appointment)
        .where(Appointment.id == begun)
        .values(deleted_at=func.clock_now(), expanded_until=None)
    )


async def _get_changed_occurrence(
    scope: Scope, opened: str | None, appointment_id: UUID
) -> OccurrenceFacts:
    """The occurrence at which the change was made; if it doesn't take place but others of its
    series do, the next of those.
    """
    coming = await get_next_or_last_occurrence(scope, appointment_id)
    if opened is None:
        return coming
    try:
        found = await get_occurrence(scope, UUID(opened))
    except NotFound:
        return coming
    is_coming = coming.is_planned and coming.ends_at > scope.clock.now()
    return coming if found.status is OccurrenceStatus.CUT and is_coming else found


async def _appointment(scope: Scope, appointment_id: UUID) -> Values:
    [row] = await scope.rows(
        select(*(getattr(Appointment, name) for name in _APPOINTMENT)).where(
            Appointment.id == appointment_id
        )
    )
    return row._asdict()


async def _occurrences(
    scope: Scope, appointment_ids: Collection[UUID], also: Collection[UUID] = ()
) -> Mapping[UUID, Values]:
    """Occurrences that haven't ended or whose place in the rule is in the future; and those with
    the ids *also*, wherever they are now.
    """
    yesterday = to_key(to_local(scope.clock.now() - timedelta(days=1), ZoneInfo("UTC")))
    rows = await scope.rows(
        select(AppointmentOccurrence.id, *_COLUMNS).where(
            AppointmentOccurrence.family_id == scope.family_id,
            or_(
                AppointmentOccurrence.id.in_(also),
                and_(
                    AppointmentOccurrence.appointment_id.in_(appointment_ids),
                    or_(
                        AppointmentOccurrence.ends_at > func.clock_now(),
                        AppointmentOccurrence.occurrence_key.between(yesterday, "9"),
                    ),
                ),
            ),
        )
    )
    return {row.id: {name: getattr(row, name) for name in _OCCURRENCE} for row in rows}


_WRITE = (
    update(AppointmentOccurrence)
    .where(AppointmentOccurrence.id == bindparam("which"))
    .values({name: bindparam(f"new_{name}") for name in _OCCURRENCE})
)


async def _write(scope: Scope, written: Mapping[UUID, Values]) -> None:
    if written:
        await scope.execute(
            _WRITE,
            [
                {"which": id_, **{f"new_{name}": value for name, value in values.items()}}
                for id_, values in written.items()
            ],
        )


def to_json(values: Values) -> dict[str, Any]:
    """Column values as JSON; :func:`from_json` reads them back."""
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, UUID)
        else value
        for name, value in values.items()
    }


def from_json(values: Values) -> dict[str, Any]:
    return {
        name: value
        if value is None
        else datetime.fromisoformat(value)
        if name in _INSTANTS
        else UUID(value)
        if name in _IDS
        else value
        for name, value in values.items()
    }
