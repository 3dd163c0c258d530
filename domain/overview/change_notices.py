"""News of changes: telling others what somebody has changed about medicines, pauses, appointments,
drivers.

It's driven by the audit, so no audited change can be forgotten. At the end of a transaction its
changes are queued, in one message per reader and minute. The message has only ids: a change that is
undone before it leaves isn't mentioned.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from domain.access import ASKED_FIRST, Action, Role, may
from domain.database.scope import Scope
from domain.delivery.new_messages import ChangeMessage, queue_change_messages
from domain.delivery.shown_messages import (
    EDITABLE_FOR,
    FACTS,
    is_for,
    refresh_messages,
    was_due_within,
)
from domain.models import CareAssignment, CareRecipient, FamilyMember
from domain.models.delivery import Kind, Lane
from domain.models.family import IS_THEIR_ASSIGNMENT, MAY_HEAR_OF_PERSON, Hears
from domain.overview.change_effects import Affected, find_affected
from domain.overview.change_events import TOLD, Change, Concern, read_change_events
from domain.timers import floor_minute

QUIET_UNDO_PERIOD = timedelta(minutes=2)  # an undo within this time only edits the earlier message


async def set_hears_of_changes(scope: Scope, *, wanted: bool) -> None:
    """Set whether the acting member is notified of changes by others in the current family; the
    button on earlier messages is updated. Raises NoFamily.
    """
    member = scope.require(Action.READ)
    await scope.execute(
        update(FamilyMember)
        .where(FamilyMember.family_id == member.family_id, FamilyMember.user_id == member.user_id)
        .values(hears_of_changes=wanted)
    )
    await refresh_messages(
        scope,
        [Kind.CHANGES],
        # Somebody may press before we have recorded that the message was sent.
        where=[is_for(member.user_id), was_due_within(EDITABLE_FOR)],
    )


async def queue_change_news(scope: Scope) -> None:
    """At the end of a transaction, queue messages to others about what its actor has done."""
    events = [act.id for act in scope.audited if act.action in TOLD]
    if scope.user_id is None or not events:
        return
    noted = await read_change_events(scope, events)
    changes = [change for change in noted if change.is_told]
    affected = await find_affected(scope, changes)
    if not affected:
        return
    told = await _refresh_undone(scope, changes)
    members = await _list_members(scope, {each.person_id for each in affected.values()})
    queued: dict[UUID, dict[str, str]] = defaultdict(dict)
    for change in changes:
        if change.id not in affected or affected[change.id].is_told_already:
            continue
        about = affected[change.id]
        for member in members[about.person_id]:
            before = told.get((member.user_id, change.undoes_id)) if change.undoes_id else None
            concern = _concern(change, about, member, before)
            if concern is not None:
                queued[member.user_id][str(change.id)] = concern
    await _write(scope, queued)


def _concern(
    change: Change, about: Affected, member: "_Reader", before: "_Told | None"
) -> Concern | None:
    """How a change concerns a member; None if they aren't notified."""
    if before is not None and before.is_pending:
        return None  # the message about the original change will leave it out
    if member.user_id in about.drivers or (before is not None and before.concern is Concern.OWN):
        return Concern.OWN  # an edit makes no sound
    if before is not None and before.is_fresh:
        return None  # the message about the original change is edited
    is_asked_first = member.role in ASKED_FIRST or member.is_self
    hears = member.hears_of_changes and member.hears_everything
    if not hears or not (change.is_for_everybody or is_asked_first):
        return None
    if about.is_asked_of_drivers and may(member.role, Action.DRIVE):
        return None
    was_soon = before is not None and before.concern is Concern.SOON
    return Concern.SOON if about.is_soon or was_soon else Concern.QUIET


async def _list_members(
    scope: Scope, person_ids: Collection[UUID]
) -> Mapping[UUID, Sequence["_Reader"]]:
    """For each person, who may be told about them: no other recipient, and not the actor."""
    is_self = func.coalesce(FamilyMember.user_id == CareRecipient.user_id, False)
    rows = await scope.rows(
        select(
            CareRecipient.id,
            FamilyMember.user_id,
            FamilyMember.role,
            FamilyMember.hears_of_changes,
            is_self.label("is_self"),
            CareAssignment.hears,
        )
        .join(FamilyMember, FamilyMember.family_id == CareRecipient.family_id)
        .outerjoin(CareAssignment, IS_THEIR_ASSIGNMENT)
        .where(
            CareRecipient.id.in_(person_ids),
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id != scope.user_id,
            MAY_HEAR_OF_PERSON,
        )
    )
    members: dict[UUID, list[_Reader]] = defaultdict(list)
    for row in rows:
        reader = _Reader(
            row.user_id,
            Role(row.role),
            row.hears_of_changes,
            row.is_self or row.hears in (None, Hears.EVERYTHING),
            row.is_self,
        )
        members[row.id].append(reader)
    return members


@dataclass(frozen=True)
class _Reader:
    """A member who may be told about a person; `is_self`: it's that person."""

    user_id: UUID
    role: Role
    hears_of_changes: bool
    hears_everything: bool
    is_self: bool


@dataclass(frozen=True)
class _Told:
    """How a reader was told of a change: by a message that `is_pending`, that was sent just now
    (`is_fresh`), or earlier.
    """

    concern: Concern
    is_pending: bool
    is_fresh: bool


async def _refresh_undone(
    scope: Scope, changes: Sequence[Change]
) -> Mapping[tuple[UUID, UUID], _Told]:
    """Edit the messages about changes that are being undone; returns who was told about them."""
    undone = [change.undoes_id for change in changes if change.undoes_id]
    if not undone:
        return {}
    fresh_since = floor_minute(scope.clock.now()) - QUIET_UNDO_PERIOD
    told: dict[tuple[UUID, UUID], _Told] = {}
    for event_id in undone:
        for each in await refresh_messages(
            scope, [Kind.CHANGES], where=[FACTS["events"].has_key(str(event_id))]
        ):
            told[each.user_id, event_id] = _Told(
                Concern(each.facts["events"][str(event_id)]),
                # A message that is being sent may still say what it said.
                is_pending=each.is_waiting,
                is_fresh=each.slot_at is not None and each.slot_at >= fresh_since,
            )
    return told


async def _write(scope: Scope, queued: Mapping[UUID, Mapping[str, str]]) -> None:
    """Queue the messages; they are due when the minute ends."""
    if not queued:
        return
    readers = sorted(queued)  # in a fixed order, so that two transactions don't deadlock
    messages = [ChangeMessage(each, _lane(queued[each].values()), queued[each]) for each in readers]
    await queue_change_messages(scope, messages, minute=floor_minute(scope.clock.now()))


def _lane(concerns: Iterable[str]) -> Lane:
    return Lane.DIGESTS if set(concerns) == {Concern.QUIET} else Kind.CHANGES.lane
