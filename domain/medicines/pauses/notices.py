"""Announcing the end of a person's pause to the family."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Action
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.delivery.shown_messages import FACTS, is_about, refresh_messages, was_due_within
from domain.family.people import Person
from domain.family.running_pauses import Pause
from domain.family.settings.hearing import list_carers
from domain.medicines.errors import NotPaused
from domain.medicines.pauses.paused_people import lock_person, read_paused
from domain.medicines.schedules.courses import is_over_by
from domain.models.delivery import Kind
from domain.models.family import Hears
from domain.timers import floor_minute

NOTICE_LIFETIME = timedelta(days=14)


@dataclass(frozen=True)
class PauseEndsFacts:
    """A person's pause ends at `until` (UTC): the medicines that resume then, and the courses that
    have ended by then. `kept_by` has confirmed that it ends then.
    """

    family_id: UUID
    person: Person
    until: datetime
    now: datetime
    medicines: Sequence[str]
    kept_by: str | None
    ended_courses: Sequence[str] = ()
    reader_zone: ZoneInfo | None = None
    hides_names: bool = False  # the reader wants no names on it

    @property
    def still_holds(self) -> bool:
        """Whether the pause ends, or ended, when it was announced."""
        pause = self.person.pause
        return self.now >= self.until if pause is None else pause.until == self.until


async def _read(scope: Scope, header: MessageHeader) -> PauseEndsFacts:
    paused = await read_paused(scope, header.subject.id)
    until = datetime.fromisoformat(header.facts["until"])
    over = [each for each in paused.medicines if is_over_by(each.schedule, each.zone, until)]
    return PauseEndsFacts(
        family_id=header.family_id,
        person=paused.person,
        until=until,
        now=header.now,
        medicines=[each.name for each in paused.medicines if each not in over],
        kept_by=header.facts.get("kept_by"),
        ended_courses=[each.name for each in over],
        reader_zone=header.receiver.zone,
        hides_names=header.receiver.hides_names,
    )


def _find_obsolete(facts: PauseEndsFacts) -> str | None:
    return None if facts.still_holds else "the pause was changed or ended before it was sent"


PAUSE_ENDS = MessageKind(Kind.PAUSE_ENDS, read_one_by_one(_read), find_obsolete=_find_obsolete)


async def announce_pause_end(scope: Scope, person_id: UUID, pause: Pause, *, now: datetime) -> None:
    """Tell the admins and caregivers who hear everything when this pause ends, if it has an end."""
    if pause.until is None:
        return
    carers = await list_carers(scope, person_id, hearing=[Hears.EVERYTHING])
    minute = floor_minute(now)
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.PAUSE_ENDS,
                user_id=user_id,
                facts={"until": pause.until.isoformat()},
                deadline_at=minute,
                person_id=person_id,
                slot_at=minute,
            )
            for user_id in carers
        ],
    )


async def confirm_pause_end(scope: Scope, person_id: UUID, until: datetime) -> Person:
    """ "Go on", pressed on the announcement: the pause ends as announced, and everybody who got the
    announcement sees who confirmed it. Raises NotFound, and NotPaused if it doesn't end then any
    more.
    """
    member = scope.require(Action.CHANGE_MEDICINES)
    person = await lock_person(scope, person_id)
    if person.pause is None or person.pause.until != until:
        raise NotPaused(person.name)
    await refresh_messages(
        scope,
        [Kind.PAUSE_ENDS],
        where=[
            is_about(person_id),
            was_due_within(NOTICE_LIFETIME),
            FACTS["until"].as_string() == until.isoformat(),
            ~FACTS.has_key("kept_by"),
        ],
        facts={"kept_by": member.name},
    )
    return person


async def refresh_announcements(scope: Scope, person_id: UUID) -> None:
    """Edit the recent announcements of the end of this person's pause."""
    await refresh_messages(
        scope, [Kind.PAUSE_ENDS], where=[is_about(person_id), was_due_within(NOTICE_LIFETIME)]
    )
