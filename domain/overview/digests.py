"""The morning digest of what is due, and the evening summary of what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from domain.access import Role
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lists import list_day
from domain.clock import SQL_NOW
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.events import TimerSet
from domain.family.people import read_people
from domain.family.settings.hearing import levels_of
from domain.family.settings.hours import HOURS, DigestPart, hours_of
from domain.medicines.doses.today import PersonToday, read_day
from domain.models import CareRecipient, Family, FamilyMember
from domain.models.delivery import Kind
from domain.models.family import Hears
from domain.set_asides import Subject, Work, is_free

_OLD_AFTER = timedelta(hours=6)  # the day has changed too much since


@dataclass(frozen=True)
class DigestFacts:
    """What a member reads of a day, as of `now`: of those about whom they hear more than
    emergencies. `days` are the local days of the people; with an evening summary, `planned` is for
    the day after.
    """

    family_id: UUID
    family_name: str
    part: DigestPart
    day: date
    people: Sequence[PersonToday]
    planned: Mapping[UUID, Sequence[OccurrenceFacts]]
    days: Mapping[UUID, date]
    due_at: datetime
    now: datetime
    reader_zone: ZoneInfo | None
    hides_names: bool


async def find_due(scope: Scope, limit: int) -> Sequence[Subject]:
    """Members whose next digest is due. Runs as the dispatcher."""
    rows = await scope.rows(
        select(FamilyMember.family_id, FamilyMember.id)
        .where(
            FamilyMember.digest_at <= SQL_NOW,
            FamilyMember.left_at.is_(None),
            is_free(Work.DIGEST, FamilyMember.id),
        )
        .order_by(FamilyMember.digest_at)
        .limit(limit)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def send(scope: Scope, member_ids: Sequence[UUID]) -> int:
    """Queue the digests of those of these members, in the scope's family, to whom one is due, and
    set their timers anew; returns how many were looked at. Whoever's clock is another by now gets
    theirs when it's time by that clock.
    """
    rows = await scope.rows(
        HOURS.add_columns(FamilyMember.digest_at)
        .where(
            FamilyMember.id.in_(member_ids),
            FamilyMember.family_id == scope.family_id,
            FamilyMember.digest_at <= func.clock_now(),
        )
        .order_by(FamilyMember.id)
        .with_for_update(of=FamilyMember, skip_locked=True)
    )
    queued = []
    for row in rows:
        hours, due_at = hours_of(row), row.digest_at
        part = hours.part_due_at(due_at)
        if part is not None and hours.zone is not None:
            day = due_at.astimezone(hours.zone).date()
            queued.append(
                OutgoingMessage(
                    kind=Kind.DIGEST,
                    user_id=row.user_id,
                    facts={"part": part, "day": day.isoformat(), "zone": hours.zone.key},
                    deadline_at=due_at,
                    slot_at=due_at,
                )
            )
        following = hours.next_digest(max(scope.clock.now(), due_at))
        await scope.execute(
            update(FamilyMember).where(FamilyMember.id == row.id).values(digest_at=following)
        )
        if following is not None:
            scope.publish(TimerSet(following))
    await queue_messages(scope, queued)
    return len(rows)


async def _read(scope: Scope, header: MessageHeader) -> DigestFacts:
    part, day = DigestPart(header.facts["part"]), date.fromisoformat(header.facts["day"])
    # What is read in the small hours is still about the day before.
    reader_today = header.now.astimezone(ZoneInfo(header.facts["zone"])).date()
    days_ago = max(0, (reader_today - day).days)
    levels = await levels_of(scope, header.receiver.user_id)
    own = await _find_own(scope, header)
    people = [
        each
        for each in await read_people(scope)
        if (own is None or each.id == own) and levels.get(each.id) is not Hears.EMERGENCIES
    ]
    doses = await read_day(scope, people, days_ago=days_ago)
    back = timedelta(days=days_ago)
    days = {each.id: header.now.astimezone(each.zone).date() - back for each in people}
    ahead = timedelta(days=1 if part is DigestPart.EVENING else 0)
    planned = await list_day(scope, {key: each + ahead for key, each in days.items()})
    name = await scope.connection.scalar(select(Family.name).where(Family.id == scope.family_id))
    return DigestFacts(
        family_id=header.family_id,
        family_name=name or "",
        part=part,
        day=day,
        people=doses,
        planned=planned,
        days=days,
        due_at=header.minute,
        now=header.shown_at,
        reader_zone=header.receiver.zone,
        hides_names=header.receiver.hides_names,
    )


async def _find_own(scope: Scope, header: MessageHeader) -> UUID | None:
    """The person that the reader is, if they hear of nobody else."""
    if header.receiver.role is not Role.RECIPIENT:
        return None
    found: UUID | None = await scope.connection.scalar(
        select(CareRecipient.id).where(
            CareRecipient.family_id == scope.family_id,
            CareRecipient.user_id == header.receiver.user_id,
        )
    )
    return found


def _find_obsolete(facts: DigestFacts) -> str | None:
    return "too late for a digest" if facts.now > facts.due_at + _OLD_AFTER else None


DIGEST = MessageKind(Kind.DIGEST, read_one_by_one(_read), find_obsolete=_find_obsolete)
