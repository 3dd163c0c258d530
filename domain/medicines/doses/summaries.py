"""Summaries of doses whose window has ended, whether or not anybody was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Role
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, QuietHoursRule, read_one_by_one
from domain.medicines.doses.card_parts import DOSES_ON_A_CARD
from domain.medicines.doses.facts import RESOLVED, DoseFacts, list_doses
from domain.models.delivery import Kind


@dataclass(frozen=True)
class SummaryFacts:
    """Doses whose window ended in one minute, as of `now`. `was_asked`: somebody got the card. `id`
    is that of the message itself; `more` is how many of its doses don't fit on it.
    """

    id: UUID
    family_id: UUID
    person: str
    doses: Sequence[DoseFacts]
    was_asked: bool
    now: datetime
    reader_zone: ZoneInfo | None = None
    may_record: bool = True  # viewers only read
    hides_names: bool = False  # the reader wants no names on it
    more: int = 0
    is_big: bool = False  # few words, and one button


async def _read(scope: Scope, header: MessageHeader) -> SummaryFacts:
    doses = await list_doses(scope, [UUID(dose_id) for dose_id in header.facts["dose_ids"]])
    return SummaryFacts(
        id=header.id,
        family_id=header.family_id,
        person=header.subject.name,
        doses=doses[:DOSES_ON_A_CARD],
        was_asked=header.kind is Kind.MISSED,
        now=header.now,
        reader_zone=header.receiver.zone,
        may_record=header.receiver.role is not Role.VIEWER,
        hides_names=header.receiver.hides_names,
        more=len(doses[DOSES_ON_A_CARD:]),
        is_big=header.receiver.has_big_cards,
    )


def _find_obsolete(facts: SummaryFacts) -> str | None:
    if all(dose.status in RESOLVED for dose in facts.doses):
        return "answered before it was sent"
    return None


def _list_shown_doses(facts: SummaryFacts) -> Sequence[UUID]:
    return [dose.id for dose in facts.doses]


MISSED, NOT_ASKED = (
    MessageKind(
        kind,
        read_one_by_one(_read),
        find_obsolete=_find_obsolete,
        list_shown_doses=_list_shown_doses,
        in_quiet_hours=QuietHoursRule.SOUNDS_FOR_THE_LAST,
    )
    for kind in (Kind.MISSED, Kind.NOT_ASKED)
)
