"""Acting on due appointments: who is told what, and which step is next."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text, update
from sqlalchemy.sql.base import Executable

from domain.access import ASKED_FIRST, Action, may
from domain.appointments.ladder import find_next_action, list_actions
from domain.clock import SQL_NOW
from domain.database.scope import Scope
from domain.delivery.new_messages import OutgoingMessage
from domain.events import TimerSet
from domain.family.running_pauses import PAUSE_COLUMNS, StoredPause
from domain.models import Appointment, AppointmentOccurrence, CareRecipient
from domain.models.appointments import OccurrenceStatus
from domain.models.delivery import Kind
from domain.reminders.recipients import MembersByPerson, NotifiedMember
from domain.set_asides import Work, is_free
from domain.timers import NextAction, Step

_MOVE_OCCURRENCES = text("""
    UPDATE appointment_occurrences o
    SET ladder_step = moved.step, next_action_at = moved.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:steps AS text[]), CAST(:ats AS timestamptz[]))
         AS moved (id, step, at)
    WHERE o.id = moved.id
""")

DUE_OCCURRENCES = (
    select(
        AppointmentOccurrence.id,
        AppointmentOccurrence.family_id,
        AppointmentOccurrence.care_recipient_id,
        AppointmentOccurrence.starts_at,
        AppointmentOccurrence.ends_at,
        AppointmentOccurrence.status,
        AppointmentOccurrence.driver_id,
        AppointmentOccurrence.ladder_step,
        AppointmentOccurrence.next_action_at,
        Appointment.timezone,
        AppointmentOccurrence.own_remind_before,
        Appointment.remind_before,
        *PAUSE_COLUMNS,
        Appointment.is_all_day,
    )
    .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
    .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
    .where(
        AppointmentOccurrence.next_action_at <= SQL_NOW,
        is_free(Work.APPOINTMENT, AppointmentOccurrence.id),
    )
    .order_by(AppointmentOccurrence.next_action_at)
    .with_for_update(skip_locked=True, of=AppointmentOccurrence)
)


class DueOccurrence(NamedTuple):
    """A row of :data:`DUE_OCCURRENCES`, in its order; a tuple, as there may be thousands."""

    id: UUID
    family_id: UUID
    care_recipient_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    driver_id: UUID | None
    ladder_step: str
    next_action_at: datetime
    timezone: str
    own_remind_before: Sequence[int] | None
    series_remind_before: Sequence[int]
    paused_at: datetime | None
    paused_until: datetime | None
    pause_silences_appointments: bool
    is_all_day: bool

    @property
    def remind_before(self) -> Sequence[int]:
        """Minutes before the start: its own, or else those of its series."""
        own = self.own_remind_before
        return self.series_remind_before if own is None else own

    @property
    def pause(self) -> StoredPause:
        return StoredPause(self.paused_at, self.paused_until, self.pause_silences_appointments)


async def fetch_due_occurrences(scope: Scope, statement: Executable) -> Sequence[DueOccurrence]:
    """The occurrences that a *statement* based on :data:`DUE_OCCURRENCES` selects."""
    return [DueOccurrence._make(row) for row in await scope.rows(statement)]


async def act_on_due_occurrences(
    scope: Scope, due: Sequence[DueOccurrence], people: MembersByPerson, *, now: datetime
) -> Sequence[OutgoingMessage]:
    """Return the messages about due occurrences, and set their next timers. Two occurrences of one
    person in the same minute share a message; after an outage each occurrence is announced once.
    """
    if not due:
        return []
    steps: dict[tuple[UUID, UUID, datetime, UUID], dict[str, str]] = defaultdict(dict)
    announced: list[UUID] = []
    for row in due:
        action = _current_step(row, now=now)
        if _is_silenced(row, action.step, now=now):
            continue
        announced.append(row.id)
        for user_id in _choose_recipients(row, action.step, people.get(row.care_recipient_id, ())):
            message = (row.family_id, row.care_recipient_id, action.at, user_id)
            steps[message][str(row.id)] = action.step
    following = [_next_step(row, now=now) for row in due]
    for at in {action.at for action in following if action is not None}:
        scope.publish(TimerSet(at))
    await scope.execute(
        _MOVE_OCCURRENCES,
        {
            "ids": [row.id for row in due],
            "steps": [each.step if each else None for each in following],
            "ats": [each.at if each else None for each in following],
        },
    )
    await scope.execute(
        update(AppointmentOccurrence)
        .where(AppointmentOccurrence.id.in_(announced))
        .values(told_at=func.clock_now())
    )
    return [
        OutgoingMessage(
            kind=Kind.APPOINTMENT,
            family_id=family_id,
            user_id=user_id,
            facts={"steps": about},
            deadline_at=at,
            person_id=person_id,
            slot_at=at,
        )
        for (family_id, person_id, at, user_id), about in steps.items()
    ]


def _is_silenced(row: DueOccurrence, step: Step, *, now: datetime) -> bool:
    """Whether the person's pause silences it. Corrections are never silenced."""
    return step is not Step.TELL and row.pause.silences(row.starts_at, now=now)


def _choose_recipients(
    row: DueOccurrence, step: Step, members: Sequence[NotifiedMember]
) -> Sequence[UUID]:
    """Everybody gets reminders who wants to hear everything, and the driver. Only members who may
    drive are asked to, while nobody does; how it went is asked of the driver, or else of those who
    may be asked first.
    """
    present = {member.user_id for member in members}
    driver_id = row.driver_id if row.driver_id in present else None
    hearing = [m for m in members if m.hears_everything or m.user_id == driver_id]
    match step:
        case Step.ASK_DRIVER:
            drivers = [m.user_id for m in hearing if may(m.role, Action.DRIVE)]
            return drivers if driver_id is None else []
        case Step.ASK_OUTCOME:
            if driver_id is not None:
                return [driver_id]
            return [m.user_id for m in hearing if m.role in ASKED_FIRST]
        case _:
            return [m.user_id for m in hearing]


def _actions(row: DueOccurrence) -> Sequence[NextAction]:
    return list_actions(
        row.starts_at,
        row.ends_at,
        zone=ZoneInfo(row.timezone),
        remind_before=row.remind_before,
        is_all_day=row.is_all_day,
    )


def _current_step(row: DueOccurrence, *, now: datetime) -> NextAction:
    """The step to take now. After an outage that's only one of the steps that have become due:
    asking how it went if it's over, else the reminder, else asking for a driver.
    """
    first = NextAction(Step(row.ladder_step), row.next_action_at)
    missed = [action for action in _actions(row) if first.at < action.at <= now]
    if row.status != OccurrenceStatus.PLANNED:
        return first
    return max([first, *missed], key=lambda action: (_URGENCY[action.step], action.at))


_URGENCY = {Step.ASK_DRIVER: 0, Step.REMIND: 1, Step.TELL: 2, Step.ASK_OUTCOME: 3}


def _next_step(row: DueOccurrence, *, now: datetime) -> NextAction | None:
    if row.status != OccurrenceStatus.PLANNED:
        return None
    return find_next_action(_actions(row), now=now)
