"""Whether a dose would come too soon after its medicine was given: as an extra, by somebody else,
or as another dose that was given late.

Too soon is less than half the gap to the dose before or after it. We say so before anything is
recorded, and never refuse: what happened is recorded if somebody says so. Two presses within the
same instant don't see each other; both happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from domain.database.scope import Scope
from domain.medicines.doses.facts import DoseFacts, list_doses

_NEIGHBOURS = """
    p.medication_id = d.medication_id AND p.care_recipient_id = d.care_recipient_id
    AND p.is_scheduled AND p.status <> 'cancelled'
"""
#: Half the gap of dose `d` to its nearest neighbour within a day.
SPACING = f"""least(
    d.due_at - (SELECT max(p.due_at) FROM doses p WHERE {_NEIGHBOURS}
                AND p.due_at < d.due_at AND p.due_at >= d.due_at - interval '1 day'),
    (SELECT min(p.due_at) FROM doses p WHERE {_NEIGHBOURS}
     AND p.due_at > d.due_at AND p.due_at <= d.due_at + interval '1 day') - d.due_at,
    interval '1 day') / 2"""  # noqa: S608 - constants of our own
#: Whether dose `o` is another one of the medicine of dose `d`, and not given together with it.
IS_CLOSE = """o.medication_id = d.medication_id AND o.id <> d.id
    AND NOT (o.is_scheduled AND o.due_at = d.due_at)"""
_FIND = text(f"""
    SELECT d.id, o.id AS given_id
    FROM doses d
    CROSS JOIN LATERAL (
        SELECT o.id FROM doses o
        WHERE {IS_CLOSE} AND o.taken_at <= clock_now()
          AND o.taken_at > clock_now() - {SPACING}
        ORDER BY o.taken_at DESC LIMIT 1
    ) o
    WHERE d.id = ANY(CAST(:dose_ids AS uuid[])) AND d.family_id = :family_id
""")  # noqa: S608 - constants of our own


@dataclass(frozen=True)
class SpacingWarning:
    """Ask before a dose is recorded that would come too soon, unless all that was given of its
    medicine was `seen`: up to this whole minute (UTC; None: nothing was).
    """

    seen: datetime | None = None

    @property
    def seen_until(self) -> datetime | None:
        """What was given before this moment was seen."""
        return None if self.seen is None else self.seen + timedelta(minutes=1)


@dataclass(frozen=True)
class TooSoon:
    """A dose that isn't recorded, and what was `given` of its medicine shortly before."""

    dose: DoseFacts
    given: DoseFacts


async def list_too_soon(scope: Scope, doses: Sequence[DoseFacts]) -> Sequence[TooSoon]:
    """Which of these *doses* would come too soon, each with the last that was given."""
    values = {"dose_ids": [dose.id for dose in doses], "family_id": scope.family_id}
    rows = await scope.rows(_FIND, values)
    given = {dose.id: dose for dose in await list_doses(scope, [row.given_id for row in rows])}
    found = {row.id: given[row.given_id] for row in rows if row.given_id in given}
    return [TooSoon(dose, found[dose.id]) for dose in doses if dose.id in found]
