"""Messages about appointments: reminders, changes, and questions afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Role
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import read_occurrences
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.family.users import get_name_and_family
from domain.models.delivery import Kind
from domain.timers import LATE_AFTER, Step


@dataclass(frozen=True)
class AppointmentItem:
    """An occurrence as it is now, and why this member is told about it."""

    step: Step
    occurrence: OccurrenceFacts


@dataclass(frozen=True)
class AppointmentFacts:
    """One member's message about one person's appointments, as of `now`, when it is sent.

    `reader_zone` is the reader's own time zone, if they have told us. `asked_by` is whoever asks
    this member to drive.
    """

    family_id: UUID
    person: str
    now: datetime
    items: Sequence[AppointmentItem]
    reader_id: UUID
    reader_role: Role
    reader_zone: ZoneInfo | None
    is_late: bool
    asked_by: str | None = None


async def _read(scope: Scope, header: MessageHeader) -> AppointmentFacts:
    steps = {UUID(key): Step(step) for key, step in header.facts["steps"].items()}
    found = await read_occurrences(scope, list(steps))
    by, asked_by = header.facts.get("asked_by"), None
    if by is not None:
        asked_by, _family = await get_name_and_family(scope, UUID(by))
    return AppointmentFacts(
        family_id=header.family_id,
        person=header.subject.name,
        now=header.now,
        items=[AppointmentItem(steps[occurrence.id], occurrence) for occurrence in found],
        reader_id=header.receiver.user_id,
        reader_role=header.receiver.role,
        reader_zone=header.receiver.zone,
        is_late=header.shown_at > header.minute + LATE_AFTER,
        asked_by=asked_by,
    )


def _find_obsolete(facts: AppointmentFacts) -> str | None:
    if all(_is_settled(item, facts) for item in facts.items):
        return "settled or over before it was sent"
    return None


def _is_settled(item: AppointmentItem, facts: AppointmentFacts) -> bool:
    occurrence = item.occurrence
    match item.step:
        case Step.ASK_DRIVER:
            return occurrence.driver_id is not None or not occurrence.is_planned
        case Step.ASK_OUTCOME:
            return occurrence.outcome_at is not None or not occurrence.is_planned
        case Step.REMIND | Step.SOON:
            return not occurrence.is_planned or occurrence.ends_at <= facts.now
        case _:
            return occurrence.ends_at <= facts.now


APPOINTMENT = MessageKind(Kind.APPOINTMENT, read_one_by_one(_read), find_obsolete=_find_obsolete)
