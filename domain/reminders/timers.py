"""The minutes in which the alarm has to ring."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, union

from domain.database.scope import Scope
from domain.models import AppointmentOccurrence, CareRecipient, Dose, FamilyMember, Medication


async def list_timers(scope: Scope, *, until: datetime) -> Sequence[datetime]:
    """The distinct minutes (UTC) up to *until* in which any timer of a dose, an appointment, a
    stock check, a pause or a digest runs out.
    """
    doses = select(Dose.next_action_at.label("at")).where(
        Dose.next_action_at.is_not(None), Dose.next_action_at <= until
    )
    stocks = select(Medication.stock_check_at.label("at")).where(
        Medication.stock_check_at.is_not(None), Medication.stock_check_at <= until
    )
    occurrences = select(AppointmentOccurrence.next_action_at.label("at")).where(
        AppointmentOccurrence.next_action_at.is_not(None),
        AppointmentOccurrence.next_action_at <= until,
    )
    pauses = select(CareRecipient.pause_ends_told_at.label("at")).where(
        CareRecipient.pause_ends_told_at.is_not(None), CareRecipient.pause_ends_told_at <= until
    )
    digests = select(FamilyMember.digest_at.label("at")).where(
        FamilyMember.digest_at.is_not(None),
        FamilyMember.digest_at <= until,
        FamilyMember.left_at.is_(None),
    )
    timers = union(doses, stocks, occurrences, pauses, digests).subquery()
    return [row.at for row in await scope.rows(select(timers.c.at).order_by(timers.c.at))]
