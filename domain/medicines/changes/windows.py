"""How long a family wants to be asked about a dose that nobody answers."""

from datetime import timedelta

from sqlalchemy import cast, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.medicines.doses.ladder import WINDOWS, window_end
from domain.medicines.expansion.expandable import EXPANDABLE, fetch_expandables
from domain.medicines.expansion.re_expansion import lock_doses
from domain.medicines.ladders import get_window
from domain.models import Dose, Family, Medication
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.timers import Step

_MINUTE = timedelta(minutes=1)
_SET_ENDS = text("""
    UPDATE doses d SET window_ends_at = later.ends_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:ends AS timestamptz[])) AS later (id, ends_at)
    WHERE d.id = later.id
""")


async def set_window(scope: Scope, window: timedelta) -> timedelta:
    """Ask for that long (one of `WINDOWS`), also about the doses to come for which nobody was asked
    yet. Returns the window before. Raises NotAllowed for anybody but admins, and ValueError.
    """
    member = scope.require(Action.MANAGE_FAMILY)
    if window not in WINDOWS:
        raise ValueError(window)
    # Doses are locked before everything else, everywhere.
    medicines = await scope.rows(
        select(Medication.id).where(
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
            Medication.status != MedicineStatus.STOPPED,
        )
    )
    await lock_doses(scope, [row.id for row in medicines])
    before = await get_window(scope)
    if window == before:
        return before
    changed = Family.settings.op("||")(cast({"window_minutes": window // _MINUTE}, JSONB))
    await scope.execute(
        update(Family).where(Family.id == member.family_id).values(settings=changed)
    )
    await _move_ends(scope, window)
    await audit.record(
        scope,
        "family.window_set",
        subject_type="family",
        subject_id=member.family_id,
        before={"window_minutes": before // _MINUTE},
        after={"window_minutes": window // _MINUTE},
    )
    return before


async def _move_ends(scope: Scope, window: timedelta) -> None:
    """Of the doses that are to come. Three statements."""
    doses = await scope.rows(
        select(Dose.id, Dose.medication_id, Dose.due_at).where(
            Dose.family_id == scope.family_id,
            Dose.status == DoseStatus.PENDING,
            Dose.is_scheduled,
            Dose.ladder_step == Step.ASK,
            Dose.ask_no == 0,
            Dose.due_at > scope.clock.now(),
        )
    )
    if not doses:
        return
    wanted = {dose.medication_id for dose in doses}
    found = await fetch_expandables(scope, EXPANDABLE.where(Medication.id.in_(wanted)))
    medicines = {each.medication_id: each for each in found}
    ends = []
    for dose in doses:
        following = medicines[dose.medication_id].first(dose.due_at)
        next_due_at = following.due_at if following else None
        ends.append(window_end(dose.due_at, next_due_at, window=window))
    await scope.execute(_SET_ENDS, {"ids": [dose.id for dose in doses], "ends": ends})
