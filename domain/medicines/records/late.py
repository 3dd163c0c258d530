"""Doses whose time was over when somebody said that they were taken: when that was is asked first.

The moment of the tap is no answer to it. Whatever counts from the last dose goes by what was said.
"""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Action
from domain.database.scope import Act, Scope
from domain.errors import NotFound
from domain.local_time import clocks_differ
from domain.medicines.doses.facts import RESOLVED, DoseFacts, list_doses
from domain.medicines.doses.locking import lock_dose
from domain.medicines.errors import TimeNotPossible
from domain.medicines.records.intakes import Confirm, is_recordable, review_correction
from domain.medicines.records.outlook import Outlook
from domain.medicines.records.recording import Recorded, record_doses
from domain.models import new_id
from domain.models.medicines import DoseStatus


@dataclass(frozen=True)
class LateOutlook:
    """What to know before doses are recorded as taken: `at` (UTC) when each of those that are still
    `open`, and who has `answered` for the others. `outlooks` are of those about which there is a
    doubt, `early` those that would be of a day before their own, `together` those that would be
    given at one moment with another dose of their medicine; `has_moved` that the person lives by
    another clock than when the time was asked for. `seen` tells one outlook from another.
    """

    open: Sequence[DoseFacts]
    answered: Sequence[DoseFacts]
    at: Mapping[UUID, datetime]
    outlooks: Sequence[Outlook]
    early: Sequence[DoseFacts]
    together: Sequence[DoseFacts]
    has_moved: bool
    seen: int

    @property
    def has_doubts(self) -> bool:
        return bool(self.outlooks or self.early or self.together or self.has_moved)


async def review_late(
    scope: Scope, dose_ids: Sequence[UUID], *, at: datetime | None, zone: ZoneInfo | None = None
) -> LateOutlook:
    """What is to be known before :func:`record_late`, as the tables are now. The doses are locked,
    and their medicines. *zone* is that of the person when they were asked about *at*. Raises
    likewise.
    """
    member, now = scope.require(Action.READ), scope.clock.now()
    found = await list_doses(scope, dose_ids)
    if len(found) < len(set(dose_ids)):
        raise NotFound
    for dose_id in sorted(dose.id for dose in found if dose.status is not DoseStatus.CANCELLED):
        await lock_dose(scope, member, dose_id)
    doses = await list_doses(scope, dose_ids)
    is_over = {*RESOLVED, DoseStatus.CANCELLED}
    still_open = [dose for dose in doses if dose.status not in is_over]
    times = {dose.id: dose.due_at if at is None else at for dose in still_open}
    for dose in still_open:
        is_since_due = dose.due_at <= times[dose.id] <= now
        if not (is_since_due or is_recordable(times[dose.id], now)):
            raise TimeNotPossible
    outlooks = []
    for dose in sorted(still_open, key=lambda dose: (dose.medication_id, dose.due_at)):
        outlook = await _outlook(scope, dose, times[dose.id])
        if outlook is not None and outlook.doubts:
            outlooks.append(outlook)
    early = [
        dose
        for dose in still_open
        if times[dose.id].astimezone(dose.zone).date() < dose.local.date()
    ]
    moments = Counter((dose.medication_id, times[dose.id]) for dose in still_open)
    together = [dose for dose in still_open if moments[dose.medication_id, times[dose.id]] > 1]
    facts = (
        sorted((str(dose.id), times[dose.id].isoformat()) for dose in still_open),
        [outlook.seen for outlook in outlooks],
        sorted({dose.home.key for dose in still_open}),
    )
    return LateOutlook(
        open=still_open,
        answered=[dose for dose in doses if dose.status in is_over],
        at=times,
        outlooks=outlooks,
        early=early,
        together=together,
        has_moved=at is not None
        and zone is not None
        and any(clocks_differ(zone, dose.home, at) for dose in still_open),
        seen=zlib.crc32(repr(facts).encode()),
    )


async def _outlook(scope: Scope, dose: DoseFacts, at: datetime) -> Outlook | None:
    """None of a medicine that was removed: nothing limits it any more."""
    try:
        question = await review_correction(
            scope, dose, at=at, given=None, count=None, is_amount_new=False, is_no_slip=True
        )
    except NotFound:
        return None
    return question.outlook if isinstance(question, Confirm) else None


async def record_late(
    scope: Scope,
    dose_ids: Sequence[UUID],
    *,
    at: datetime | None,
    zone: ZoneInfo | None = None,
    seen: int | None = None,
) -> Recorded | LateOutlook:
    """Record doses as taken at *at* (UTC; None is each at its own time), as one action, unless
    there is a doubt about it that the member has not *seen*. Those that somebody has answered
    meanwhile are `already` as they are.

    Raises NotFound, NotAllowed, TimeNotPossible (to come, or before the dose was due and more than
    48 hours ago).
    """
    outlook = await review_late(scope, dose_ids, at=at, zone=zone)
    if outlook.has_doubts and outlook.seen != seen:
        return outlook
    action_id = new_id()
    recorded: list[DoseFacts] = []
    for moment in sorted(set(outlook.at.values())):
        of_moment = [dose.id for dose in outlook.open if outlook.at[dose.id] == moment]
        outcome = await record_doses(
            scope, of_moment, status=DoseStatus.TAKEN, taken_at=moment, action_id=action_id
        )
        recorded += outcome.recorded
    if recorded:
        scope.acts.append(Act("recorded", action_id))
    return Recorded(recorded, outlook.answered)
