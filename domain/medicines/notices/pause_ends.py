"""The announcement that a person's pause ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.database import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, one_by_one
from domain.family.people import Person
from domain.medicines.pauses.paused_people import read_paused
from domain.medicines.schedules.courses import is_over_by
from domain.models.delivery import Kind


@dataclass(frozen=True)
class PauseEndsFacts:
    """That a person's pause ends at `until` (UTC), with what goes on then, and courses that are
    `over` by then; `pause` is what it is by now. `kept_by` has said that it ends so.
    """

    family_id: UUID
    person: Person
    until: datetime
    now: datetime
    medicines: Sequence[str]
    kept_by: str | None
    over: Sequence[str] = ()
    reader_zone: ZoneInfo | None = None

    @property
    def still_holds(self) -> bool:
        """Whether the pause ends, or has ended, when it was announced."""
        pause = self.person.pause
        return self.now >= self.until if pause is None else pause.until == self.until


async def _read(scope: Scope, header: MessageHeader) -> PauseEndsFacts:
    paused = await read_paused(scope, header.subject.id)
    until = datetime.fromisoformat(header.told["until"])
    over = [each for each in paused.medicines if is_over_by(each.schedule, each.zone, until)]
    return PauseEndsFacts(
        family_id=header.family_id,
        person=paused.person,
        until=until,
        now=header.now,
        medicines=[each.name for each in paused.medicines if each not in over],
        kept_by=header.told.get("kept_by"),
        over=[each.name for each in over],
        reader_zone=header.receiver.zone,
    )


def _find_obsolete(facts: PauseEndsFacts) -> str | None:
    return None if facts.still_holds else "the pause was changed or ended before it was sent"


PAUSE_ENDS = MessageKind(Kind.PAUSE_ENDS, one_by_one(_read), find_obsolete=_find_obsolete)
