"""Telling members that they are asked first about somebody from now on, or aren't any more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, always_silent, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.family.settings.asked_first import choose_asked, list_candidates
from domain.family.users import get_name_and_family
from domain.models.delivery import Kind
from domain.models.family import Hears


@dataclass(frozen=True)
class AskedFirstFacts:
    """Who has set it, and how it is now. `names` are all who are asked first. `by_hears` is what
    whoever set it hears from now on, if that is what they have set.
    """

    by: str
    family_name: str
    person: str
    is_asked: bool
    names: Sequence[str]
    by_hears: Hears | None = None


async def notify_members(
    scope: Scope, person_id: UUID, user_ids: Collection[UUID], *, hears: Hears | None = None
) -> None:
    """Queue a silent message to these members: the actor has named who is asked first, or *hears*
    that much from now on. Several changes within a minute are one message.
    """
    now = scope.clock.now().replace(second=0, microsecond=0)
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.ASKED_FIRST,
                user_id=user_id,
                facts={"by": str(scope.user_id), "hears": hears},
                deadline_at=now,
                person_id=person_id,
                slot_at=now,
            )
            for user_id in sorted(user_ids)
        ],
    )


async def _read(scope: Scope, header: MessageHeader) -> AskedFirstFacts:
    by, family_name = await get_name_and_family(scope, UUID(header.facts["by"]))
    candidates = await list_candidates(scope, header.subject.id)
    named, hears = choose_asked(candidates), header.facts.get("hears")
    return AskedFirstFacts(
        by,
        family_name,
        header.subject.name,
        any(each.user_id == header.receiver.user_id for each in named),
        [each.name for each in named],
        None if hears is None else Hears(hears),
    )


ASKED_FIRST = MessageKind(Kind.ASKED_FIRST, read_one_by_one(_read), is_silent=always_silent)
