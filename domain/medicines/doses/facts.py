"""A dose as people read about it, and the statement that reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.sql.base import Executable

from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.clock_times import local_time
from domain.medicines.schedules.moments import Moment
from domain.models import CareRecipient, Dose, Medication, User
from domain.models.medicines import DoseStatus
from domain.timers import Step

RESOLVED = frozenset({DoseStatus.TAKEN, DoseStatus.SKIPPED})
UNANSWERED = frozenset({DoseStatus.MISSED, DoseStatus.NOT_ASKED})
OPEN = [DoseStatus.PENDING, *sorted(UNANSWERED)]
ONE_DOSE = Decimal(1)


@dataclass(frozen=True)
class DoseFacts:
    """A dose as people read about it. `local` is when it was due, naive, in `zone`.

    `taken_at` is when it was taken, in `taken_zone`; `resolved_at` is when somebody said so.
    Neither zone changes when the person moves; `home_zone` is where they live now. `given` is what
    was given if that wasn't the planned `dosage` (`amount` of `unit`; of a range, from `amount` to
    `most`, it's always said); `dose_count` is how many doses as set that was. Without
    `is_scheduled` it was given as needed, or as an extra. `person` is the name of whose dose it is.
    `moment` is the part of the day that it was due at; `instructions` are the medicine's own, as
    they are now.
    """

    id: UUID
    medication_id: UUID
    care_recipient_id: UUID
    name: str
    dosage: str
    zone: ZoneInfo
    local: datetime
    due_at: datetime
    window_ends_at: datetime
    status: DoseStatus
    resolved_at: datetime | None
    resolved_by: str | None
    resolved_by_id: UUID | None
    snoozed_until: datetime | None
    snoozed_by: str | None
    held_until: datetime | None = None
    held_by: str | None = None
    is_scheduled: bool = True
    amount: Decimal | None = None
    unit: str | None = None
    most: Decimal | None = None
    taken_at: datetime | None = None
    taken_zone: ZoneInfo | None = None
    given: str | None = None
    dose_count: Decimal = ONE_DOSE
    note: str | None = None
    home_zone: ZoneInfo | None = None
    person: str = ""
    moment: Moment | None = None
    instructions: str | None = None

    @property
    def planned(self) -> Dosage:
        """What was to be given."""
        return Dosage(self.dosage, self.amount, self.unit, self.most)

    @property
    def home(self) -> ZoneInfo:
        """Where the person lives now."""
        return self.home_zone or self.zone

    @property
    def taken_local(self) -> datetime | None:
        """When it was taken, in the zone of that time (aware)."""
        return self.taken_at.astimezone(self.taken_zone or self.zone) if self.taken_at else None


_resolver = User.__table__.alias("resolver")
_snoozer = User.__table__.alias("snoozer")
_holder = User.__table__.alias("holder")

# The statements that presses and cards run are module constants: SQLAlchemy compiles each of them
# once, and building one costs more than running it.
SELECT_DOSES = (
    select(
        Dose.id,
        Dose.medication_id,
        Dose.care_recipient_id,
        Dose.is_scheduled,
        Dose.medication_name,
        Dose.dosage,
        Dose.amount,
        Dose.unit,
        Dose.most,
        Dose.moment,
        Dose.occurrence_key,
        Dose.due_at,
        Dose.window_ends_at,
        Dose.status,
        Dose.resolved_at,
        Dose.resolved_by_id,
        Dose.taken_at,
        Dose.taken_timezone,
        Dose.given,
        Dose.dose_count,
        Dose.note,
        Dose.next_action_at,
        Dose.ladder_step,
        Dose.snoozed_by_id,
        Dose.held_until,
        Dose.timezone,
        CareRecipient.timezone.label("home_timezone"),
        CareRecipient.name.label("person"),
        Medication.instructions,
        _resolver.c.name.label("resolved_by"),
        _snoozer.c.name.label("snoozed_by"),
        _holder.c.name.label("held_by"),
    )
    .join(CareRecipient, CareRecipient.id == Dose.care_recipient_id)
    .join(Medication, Medication.id == Dose.medication_id)
    .outerjoin(_resolver, _resolver.c.id == Dose.resolved_by_id)
    .outerjoin(_snoozer, _snoozer.c.id == Dose.snoozed_by_id)
    .outerjoin(_holder, _holder.c.id == Dose.held_by_id)
    .where(Dose.family_id == bindparam("of_family"))
    .order_by(Dose.due_at, Dose.medication_name, Dose.id)
)
SELECT_BY_ID = SELECT_DOSES.where(Dose.id == any_(bindparam("dose_ids", type_=ARRAY(Uuid))))


async def get_dose(scope: Scope, dose_id: UUID) -> DoseFacts:
    """Raises NotFound if it isn't the family's."""
    scope.require(Action.READ)
    found = await list_doses(scope, [dose_id])
    if not found:
        raise NotFound
    return found[0]


async def list_doses(scope: Scope, dose_ids: Sequence[UUID]) -> Sequence[DoseFacts]:
    """These doses of the scope's family, in the order in which they are due."""
    return await fetch_doses(scope, SELECT_BY_ID, {"dose_ids": list(dose_ids)})


async def fetch_doses(
    scope: Scope, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> list[DoseFacts]:
    """The doses of the scope's family that a *statement* based on :data:`SELECT_DOSES` selects."""
    return [dose for dose, _ in await fetch_doses_with(scope, statement, parameters)]


async def fetch_doses_with(
    scope: Scope, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> list[tuple[DoseFacts, Sequence[Any]]]:
    """Like :func:`fetch_doses`; each dose comes with the values of additional columns."""
    found: list[tuple[DoseFacts, Sequence[Any]]] = []
    for row in await scope.rows(statement, {"of_family": scope.family_id, **(parameters or {})}):
        is_snoozed = row.snoozed_by_id is not None and row.ladder_step == Step.ASK
        zone = ZoneInfo(row.timezone)
        dose = DoseFacts(
            id=row.id,
            medication_id=row.medication_id,
            care_recipient_id=row.care_recipient_id,
            name=row.medication_name,
            dosage=row.dosage,
            amount=row.amount,
            unit=row.unit,
            most=row.most,
            zone=zone,
            local=local_time(row.occurrence_key, row.due_at, zone),
            due_at=row.due_at,
            window_ends_at=row.window_ends_at,
            status=row.status,
            resolved_at=row.resolved_at,
            resolved_by=row.resolved_by,
            resolved_by_id=row.resolved_by_id,
            snoozed_until=row.next_action_at if is_snoozed else None,
            snoozed_by=row.snoozed_by if is_snoozed else None,
            held_until=row.held_until,
            held_by=row.held_by,
            is_scheduled=row.is_scheduled,
            taken_at=row.taken_at,
            taken_zone=ZoneInfo(row.taken_timezone) if row.taken_timezone else None,
            given=row.given,
            dose_count=row.dose_count,
            note=row.note,
            home_zone=ZoneInfo(row.home_timezone),
            person=row.person,
            moment=Moment.from_json(row.moment) if row.moment else None,
            instructions=row.instructions,
        )
        found.append((dose, row[_COLUMN_COUNT:]))
    return found


_COLUMN_COUNT = len(SELECT_DOSES.selected_columns)
