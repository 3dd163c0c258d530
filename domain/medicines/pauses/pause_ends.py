"""Pauses of a person that end: announced the evening before, and ended when it is time."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from domain.database.scope import Scope
from domain.family.list_version import raise_list_version
from domain.family.people import set_pause
from domain.family.running_pauses import PAUSE_COLUMNS, running_pause
from domain.medicines.pauses.notices import announce
from domain.models import CareRecipient, Medication
from domain.models.medicines import MedicineStatus
from domain.set_asides import Subject, Work, is_free


async def find_due(scope: Scope, most: int) -> Sequence[Subject]:
    """People with a pause whose end is to be announced, or has come. As the dispatcher."""
    rows = await scope.rows(
        select(CareRecipient.family_id, CareRecipient.id)
        .where(
            CareRecipient.pause_ends_told_at <= func.clock_now(),
            is_free(Work.PAUSE, CareRecipient.id),
        )
        .order_by(CareRecipient.pause_ends_told_at)
        .limit(most)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def tell(scope: Scope, person_ids: Sequence[UUID]) -> int:
    """Announce the end of these people's pauses in the scope's family, and end what has come to its
    end; returns how many people it was about.
    """
    rows = await scope.rows(
        select(
            CareRecipient.id,
            CareRecipient.timezone,
            *PAUSE_COLUMNS,
            # By the clock that says what is due: ours may be behind it, and the pause still run.
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
        pause = running_pause(row, now=row.now)
        zone = ZoneInfo(row.timezone)
        await set_pause(scope, row.id, pause, zone=zone, is_announced=True)
        if pause is None:
            await _end(scope, row.id)
        else:
            await announce(scope, row.id, pause, now=row.now)
    return len(rows)


async def _end(scope: Scope, person_id: UUID) -> None:
    """What was paused with a person is active again: its doses are there already."""
    await scope.execute(
        update(Medication)
        .where(Medication.care_recipient_id == person_id, Medication.is_paused_with_person)
        .values(status=MedicineStatus.ACTIVE, resumes_at=None, is_paused_with_person=False)
    )
    await raise_list_version(scope)
