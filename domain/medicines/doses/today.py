"""Today's doses of everybody cared for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.database.scope import Scope
from domain.family.people import Person, list_people
from domain.local_time import resolve_local
from domain.medicines.doses.facts import SELECT_DOSES, UNANSWERED, DoseFacts, fetch_doses
from domain.models import Dose
from domain.models.medicines import DoseStatus

# A day can be 25 hours long, and a dose in a clock gap is due up to an hour after its local time.
# Further back, a dose may be yesterday's in another zone: zones are up to 26 hours apart.
_FARTHEST_BEHIND = timedelta(hours=52)
_FARTHEST_AHEAD = timedelta(hours=27)


@dataclass(frozen=True)
class PersonToday:
    person: Person
    doses: Sequence[DoseFacts]


async def list_today(scope: Scope) -> Sequence[PersonToday]:
    """Today's doses of everybody cared for, plus unanswered ones from yesterday. Two statements.

    Today is the person's local day where they live now. A dose that was due today in a zone where
    they lived before belongs to it too, or it would vanish when they move.
    """
    return await list_day(scope, days_ago=0)


async def list_day(scope: Scope, *, days_ago: int) -> Sequence[PersonToday]:
    """The doses of an earlier day, or today's with what is left over. Two statements."""
    return await read_day(scope, await list_people(scope), days_ago=days_ago)


async def read_day(
    scope: Scope, people: Sequence[Person], *, days_ago: int
) -> Sequence[PersonToday]:
    """Like :func:`list_day`, of these *people*; needs no member. One statement."""
    now, back = scope.clock.now(), timedelta(days=days_ago)
    days = {person.id: now.astimezone(person.zone).date() - back for person in people}
    if not people:
        return []
    starts = [
        resolve_local(datetime.combine(days[person.id], datetime.min.time()), person.zone)
        for person in people
    ]
    found = await fetch_doses(
        scope,
        SELECT_DOSES.where(
            Dose.care_recipient_id.in_(days),
            Dose.due_at >= min(starts) - _FARTHEST_BEHIND,
            Dose.due_at < max(starts) + _FARTHEST_AHEAD,
            Dose.status != DoseStatus.CANCELLED,
        ),
    )
    doses: dict[UUID, list[DoseFacts]] = {person.id: [] for person in people}
    for dose in found:
        if _belongs_to(days[dose.care_recipient_id], dose, now - back):
            doses[dose.care_recipient_id].append(dose)
    return [PersonToday(person, doses[person.id]) for person in people]


def _belongs_to(today: date, dose: DoseFacts, now: datetime) -> bool:
    days = {dose.local.date(), dose.due_at.astimezone(dose.home).date()}
    if today in days:
        return True
    if dose.status is DoseStatus.PENDING:
        return dose.due_at <= now  # from last night, and still open
    return dose.status in UNANSWERED and today - timedelta(days=1) in days
