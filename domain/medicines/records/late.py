"""Recording doses as taken after their window has ended: we ask first when they were taken.

The time of the tap doesn't answer that. Everything that counts from the last dose uses the answer.
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
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import RESOLVED, DoseFacts, list_doses
from domain.medicines.doses.locking import lock_dose
from domain.medicines.errors import TimeNotPossible
from domain.medicines.records.intakes import Confirm, is_recordable, review_correction
from domain.medicines.records.outlook import Outlook
from domain.medicines.records.recording import Recorded, record_doses
from domain.models import new_id
from domain.models.medicines import DoseStatus

NOTHING_CHOSEN: Mapping[UUID, Dosage] = {}


@dataclass(frozen=True)
class LateOutlook:
    """What to know before doses are recorded as taken late: when each of the `open` ones was taken
    (`at`, UTC), and the ones that somebody has `answered` meanwhile. `outlooks` are those with
    doubts; `early` would be taken on a day before their own; `together` at the same moment as
    another dose of their medicine; `has_moved` if the person's clock has changed since we asked for
    the time. `seen` is a fingerprint.
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
    scope: Scope,
    dose_ids: Sequence[UUID],
    *,
    at: datetime | None,
    zone: ZoneInfo | None = None,
    given: Mapping[UUID, Dosage] = NOTHING_CHOSEN,
) -> LateOutlook:
    """What to know before :func:`record_late`, by the current tables. Locks the doses and their
    medicines. *zone* is the person's when we asked about *at*. Raises likewise.
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
        outlook = await _outlook(scope, dose, times[dose.id], given.get(dose.id))
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


async def _outlook(
    scope: Scope, dose: DoseFacts, at: datetime, given: Dosage | None
) -> Outlook | None:
    """None if the medicine was removed: then it has no limits."""
    try:
        question = await review_correction(
            scope, dose, at=at, given=given, count=None, is_amount_new=False, is_no_slip=True
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
    given: Mapping[UUID, Dosage] = NOTHING_CHOSEN,
    note: str | None = None,
) -> Recorded | LateOutlook:
    """Record doses as taken at *at* (UTC; None: each when it was due), as one action, unless there
    are doubts that the member hasn't *seen*. *given* is what was chosen of each dose that is to be
    a range; without it, such a dose is returned as `to_choose`. Doses that somebody has answered
    meanwhile are returned as `already`.

    Raises NotFound, NotAllowed, TimeNotPossible (in the future, or before the dose was due and more
    than 48 hours ago).
    """
    outlook = await review_late(scope, dose_ids, at=at, zone=zone, given=given)
    if outlook.has_doubts and outlook.seen != seen:
        return outlook
    action_id = new_id()
    recorded: list[DoseFacts] = []
    to_choose: list[DoseFacts] = []
    groups = {(outlook.at[dose.id], given.get(dose.id)) for dose in outlook.open}
    for moment, chosen in sorted(groups, key=lambda group: (group[0], str(group[1]))):
        alike = [
            dose.id
            for dose in outlook.open
            if (outlook.at[dose.id], given.get(dose.id)) == (moment, chosen)
        ]
        outcome = await record_doses(
            scope,
            alike,
            status=DoseStatus.TAKEN,
            taken_at=moment,
            given=chosen,
            note=note,
            action_id=action_id,
        )
        recorded += outcome.recorded
        to_choose += outcome.to_choose
    if recorded:
        scope.acts.append(Act("recorded", action_id))
    return Recorded(recorded, outlook.answered, to_choose=tuple(to_choose))
