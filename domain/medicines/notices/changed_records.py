"""What became of records that their reader had made."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.database import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, one_by_one, silent
from domain.medicines.records.changes import ChangeKind, RecordChange, read_changes
from domain.models.delivery import Kind

_OLD_NEWS = (ChangeKind.PUT_BACK, ChangeKind.OWN, ChangeKind.CORRECTION_WITHDRAWN)


@dataclass(frozen=True)
class RecordChangedFacts:
    """What became of records of one person's doses that the reader had made."""

    person: str
    items: Sequence[RecordChange]


async def _read(scope: Scope, header: MessageHeader) -> RecordChangedFacts:
    records = {UUID(dose): UUID(log) for dose, log in header.told["records"].items()}
    changes = await read_changes(scope, records, reader_id=header.receiver.user_id)
    return RecordChangedFacts(header.subject.name, changes)


def says_nothing(facts: RecordChangedFacts) -> bool:
    """Whether everything stands as the reader has recorded it."""
    return all(item.kind in _OLD_NEWS for item in facts.items)


def _find_obsolete(facts: RecordChangedFacts) -> str | None:
    return "put back before it was sent" if says_nothing(facts) else None


RECORD_CHANGED = MessageKind(
    Kind.RECORD_CHANGED, one_by_one(_read), find_obsolete=_find_obsolete, is_silent=silent
)
