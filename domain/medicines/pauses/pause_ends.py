"""Ending pauses of people, after announcing that the evening before."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from domain.clock import SQL_NOW
from domain.database.scope import Scope
from domain.family.list_version import bump_list_version
from domain.family.people import set_pause
from domain.family.running_pauses import PAUSE_COLUMNS, StoredPause
from domain.medicines.pauses.notices import announce_pause_end
from domain.models import CareRecipient, Medication
from domain.models.medicines import MedicineStatus
from domain.set_asides import Subject, Work, is_free


async def find_due(scope: Scope, limit: int) -> Sequence[Subject]:
    """People whose pause has to be announced or ended now. Runs as the dispatcher."""
    rows = await scope.rows(
        select(CareRecipient.family_id, CareRecipient.id)
        .where(
            CareRecipient.pause_ends_told_at <= SQL_NOW,
            is_free(Work.PAUSE, CareRecipient.id),
        )
        .order_by(CareRecipient.pause_ends_told_at)
        .limit(limit)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def announce_or_end(scope: Scope, person_ids: Sequence[UUID]) -> int:
    """Announce or end these people's pauses in the scope's family; returns how many."""
    rows = await scope.rows(
        select(
            CareRecipient.id,
            CareRecipient.timezone,
            *PAUSE_COLUMNS,
            # By PostgreSQL's clock, like everything due: ours may be behind, with the pause still
            # in effect.
            func.clock_now().label("now"),
        )
        .where(
            CareRecipient.id.in_(person_ids),
            CareRecipient.family_id == scope.family_id,
            CareRecipient.pause_ends_told_at <= func.clock_now(),
        )
        .order_by(CareRecipient.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    for row in rows:
        stored = StoredPause(row.paused_at, row.paused_until, row.pause_silences_appointments)
        pause = stored.running(now=row.now)
        zone = ZoneInfo(row.timezone)
        await set_pause(scope, row.id, pause, zone=zone, is_announced=True)
        if pause is None:
            await _end(scope, row.id)
        else:
            await announce_pause_end(scope, row.id, pause, now=row.now)
    return len(rows)


async def _end(scope: Scope, person_id: UUID) -> None:
    """Activate what was paused with a person; the doses exist already."""
    await scope.execute(
        update(Medication)
        .where(Medication.care_recipient_id == person_id, Medication.is_paused_with_person)
        .values(status=MedicineStatus.ACTIVE, resumes_at=None, is_paused_with_person=False)
    )
    await bump_list_version(scope)
