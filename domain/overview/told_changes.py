"""The message about what others have changed, read from the current rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_next_or_last_occurrence, read_occurrences
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.errors import NotFound
from domain.family.people import Person
from domain.medicines.changes.day_times import MEDICINES
from domain.medicines.facts import Content, MedicineFacts
from domain.medicines.pauses.paused_people import read_paused
from domain.medicines.reading import read_medicines
from domain.medicines.schedules.moments import PartOfDay
from domain.models import Appointment, CareRecipient, Medication
from domain.models.appointments import OccurrenceStatus
from domain.models.delivery import Kind
from domain.overview.change_events import Change, Concern, read_change_events, start_before

_DRIVER_FOUND, _DRIVER_GONE = "appointment.driver_found", "appointment.driver_gone"
MAX_CHANGES_READ = 20  # per message


@dataclass(frozen=True)
class ToldChange:
    """A change by somebody (`by`): `action` is its name in the audit. It's about a medicine, an
    appointment or a person's pause, in its current state; if that was removed, only `name` and
    `person_name` are set. If it's about a person's day, `parts` of it have changed, and the
    medicines called `followers` with them.

    `is_undo`: it undoes a change. `is_undone`: it was undone after we had told the reader. `before`
    is a medicine's content before, `previous_start` (UTC) an appointment's start before.
    """

    id: UUID
    action: str
    by: str
    concern: Concern
    subject_id: UUID
    is_undo: bool
    is_undone: bool
    name: str
    person_name: str
    medicine: MedicineFacts | None = None
    appointment: OccurrenceFacts | None = None
    person: Person | None = None
    before: Content | None = None
    previous_start: datetime | None = None
    parts: Sequence[PartOfDay] = ()
    followers: Sequence[str] = ()


async def read_told_changes(
    scope: Scope, concerns: Mapping[UUID, Concern], *, is_sent: bool
) -> tuple[Sequence[ToldChange], int]:
    """The changes of a message, in order, and how many more there are. Needs no member. Changes
    that were undone before the message is sent are left out.
    """
    changes = await read_change_events(scope, list(concerns))
    without_driver = {each.subject_id for each in changes if each.action == _DRIVER_GONE}
    shown = [
        change
        for change in changes
        # The undo is mentioned at the change itself, and who would have driven isn't any more.
        if change.undoes_id not in concerns
        and (is_sent or not change.is_undone)
        and not (change.action == _DRIVER_FOUND and change.subject_id in without_driver)
    ]
    read: list[ToldChange] = []
    hidden = 0
    for change in shown:
        if len(read) == MAX_CHANGES_READ:
            break
        names = await _find_names(scope, change)
        if names is None:
            hidden += 1
        else:
            read.append(await _read(scope, change, concerns[change.id], *names))
    return read, len(shown) - hidden - len(read)


async def _read(
    scope: Scope, change: Change, concern: Concern, name: str, person_name: str
) -> ToldChange:
    medicine = appointment = person = None
    if change.area == "medication":
        medicine = next(iter(await read_medicines(scope, [change.subject_id])), None)
    elif change.area == "appointment":
        appointment = await _read_appointment(scope, change)
    else:
        person = await _read_person(scope, change)
    before = None
    if change.action == "medication.edited":
        before = Content.from_json(change.details)
    is_of_day = change.is_about_day_times
    is_moved = change.action == "appointment.moved"
    return ToldChange(
        id=change.id,
        action=change.action,
        by=change.by,
        concern=concern,
        subject_id=change.subject_id,
        is_undo=change.undoes_id is not None,
        is_undone=change.is_undone,
        name=name,
        person_name=person_name,
        medicine=medicine,
        appointment=appointment,
        person=person,
        before=before,
        previous_start=start_before(change) if is_moved else None,
        parts=[part for part in PartOfDay if is_of_day and part in change.changed],
        followers=change.details.get(MEDICINES, ()) if is_of_day else (),
    )


async def _read_appointment(scope: Scope, change: Change) -> OccurrenceFacts | None:
    """The changed occurrence; if that has no place in its series any more, the next one. None if
    the appointment was removed.
    """
    following = await _find_next(scope, change.subject_id)
    if following is None and change.split_from is not None:
        following = await _find_next(scope, change.split_from)  # the split was undone
    if following is None:
        return None
    if change.occurrence_id is None:
        return following
    for one in await read_occurrences(scope, [change.occurrence_id]):
        has_place = one.status is not OccurrenceStatus.CUT or not following.is_planned
        if has_place or change.action == "appointment.cancelled":
            return one
    return following


async def _read_person(scope: Scope, change: Change) -> Person | None:
    """None if they were removed, or are back: then it's not about their pause."""
    if change.action == "person.brought_back":
        return None
    try:
        return (await read_paused(scope, change.subject_id)).person
    except NotFound:
        return None


async def _find_next(scope: Scope, appointment_id: UUID) -> OccurrenceFacts | None:
    try:
        return await get_next_or_last_occurrence(scope, appointment_id)
    except NotFound:
        return None


async def _find_names(scope: Scope, change: Change) -> tuple[str, str] | None:
    """Its name and that of its person, even if it was removed; None if the scope's reader doesn't
    see that person.
    """
    person = CareRecipient.name.label("person")
    if change.area == "medication":
        statement = (
            select(Medication.name, person)
            .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
            .where(Medication.id == change.subject_id, Medication.family_id == scope.family_id)
        )
    elif change.area == "appointment":
        statement = (
            select(Appointment.title.label("name"), person)
            .join(CareRecipient, CareRecipient.id == Appointment.care_recipient_id)
            .where(Appointment.id == change.subject_id, Appointment.family_id == scope.family_id)
        )
    else:
        statement = select(CareRecipient.name, person).where(
            CareRecipient.id == change.subject_id, CareRecipient.family_id == scope.family_id
        )
    row = await scope.row(statement)
    return None if row is None else (row.name, row.person)


@dataclass(frozen=True)
class ChangesFacts:
    """What others have changed, as of `now`, and how many `more` changes there are. `hears`: the
    reader wants to be told of such changes.
    """

    family_id: UUID
    items: Sequence[ToldChange]
    more: int
    now: datetime
    reader_id: UUID
    reader_zone: ZoneInfo | None
    hears: bool
    hides_names: bool = False  # the reader wants no names of medicines on it


async def _read_message(scope: Scope, header: MessageHeader) -> ChangesFacts:
    concerns = {UUID(key): Concern(each) for key, each in header.facts["events"].items()}
    hears = header.receiver.hears_of_changes
    if header.sent_at is None and not hears:
        concerns = {key: each for key, each in concerns.items() if each is Concern.OWN}
    items, more = await read_told_changes(scope, concerns, is_sent=header.sent_at is not None)
    return ChangesFacts(
        family_id=header.family_id,
        items=items,
        more=more,
        now=header.now,
        reader_id=header.receiver.user_id,
        reader_zone=header.receiver.zone,
        hears=hears,
        hides_names=header.receiver.hides_names,
    )


def _find_obsolete(facts: ChangesFacts) -> str | None:
    return None if facts.items else "undone, or not wanted, before it was sent"


def _is_silent(facts: ChangesFacts) -> bool:
    return all(item.concern is Concern.QUIET for item in facts.items)


CHANGES = MessageKind(
    Kind.CHANGES, read_one_by_one(_read_message), find_obsolete=_find_obsolete, is_silent=_is_silent
)
