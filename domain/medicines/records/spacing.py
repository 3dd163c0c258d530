"""Whether a dose would come too soon after its medicine was given: as an extra, by somebody else,
or as another dose that was given late.

Too soon is less than half the gap to the dose before or after it, or less than its interval where
it has one: every n hours, or as needed. A person may take one medicine by two schedules ("at 8",
and "as needed"): what has the same name is the same medicine here. We say so before anything is
recorded, and never refuse: what happened is recorded if somebody says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

from sqlalchemy import text

from domain.database.scope import Scope
from domain.medicines.doses.facts import DoseFacts, list_doses

#: Of "every n hours", a third is left for doses that are given late or early.
SHARE_OF_INTERVAL = Fraction(2, 3)

#: The medicines that are the one of dose `d` (`same.ids`), when each of them was last recorded
#: (`same.logged_at`), and their interval.
SAME_MEDICINE = f"""CROSS JOIN LATERAL (
        SELECT array_agg(alike.id ORDER BY alike.id) AS ids,
               array_agg(alike.last_logged_at ORDER BY alike.id) AS logged_at,
               max(interval '1 minute' * coalesce(
                   CAST(alike.schedule ->> 'every_minutes' AS integer)
                       * {SHARE_OF_INTERVAL.numerator} / {SHARE_OF_INTERVAL.denominator},
                   CAST(alike.schedule ->> 'min_interval_minutes' AS integer)))
                   FILTER (WHERE alike.status <> 'stopped') AS interval
        FROM medications own JOIN medications alike
          ON alike.care_recipient_id = own.care_recipient_id AND lower(alike.name) = lower(own.name)
        WHERE own.id = d.medication_id
    ) AS same"""  # noqa: S608 - constants of our own
_NEIGHBOURS = """
    p.medication_id = ANY(same.ids) AND p.care_recipient_id = d.care_recipient_id
    AND p.is_scheduled AND p.status <> 'cancelled'
"""
# Doses of a day are found fast; only where there are none do we look back as far as doses of one
# medicine may lie apart.
_GAP = f"""coalesce(
    least(
        d.due_at - (SELECT max(p.due_at) FROM doses p WHERE {_NEIGHBOURS}
                    AND p.due_at < d.due_at AND p.due_at >= d.due_at - interval '1 day'),
        (SELECT min(p.due_at) FROM doses p WHERE {_NEIGHBOURS}
         AND p.due_at > d.due_at AND p.due_at <= d.due_at + interval '1 day') - d.due_at),
    d.due_at - (SELECT max(p.due_at) FROM doses p WHERE {_NEIGHBOURS}
                AND p.due_at < d.due_at AND p.due_at >= d.due_at - interval '31 days'),
    interval '1 day')"""  # noqa: S608 - constants of our own
#: How long before dose `d` its medicine must not have been given.
SPACING = f"greatest({_GAP} / 2, same.interval)"
#: Whether dose `o`, of the same medicine as dose `d`, is another one, and not given with it.
IS_CLOSE = "o.id <> d.id AND NOT (o.is_scheduled AND o.due_at = d.due_at)"
_GET = text(f"""
    SELECT {SPACING} AS spacing FROM doses d {SAME_MEDICINE}
    WHERE d.id = :dose_id AND d.family_id = :family_id
""")  # noqa: S608 - constants of our own
_FIND = text(f"""
    SELECT d.id, o.id AS given_id
    FROM doses d {SAME_MEDICINE}
    CROSS JOIN LATERAL (
        SELECT o.id FROM doses o
        WHERE o.medication_id = ANY(same.ids) AND {IS_CLOSE}
          AND o.taken_at <= clock_now() AND o.taken_at > clock_now() - {SPACING}
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


async def get_spacing(scope: Scope, dose_id: UUID) -> timedelta:
    """How long before that dose its medicine must not have been given."""
    spacing: timedelta = await scope.connection.scalar(
        _GET, {"dose_id": dose_id, "family_id": scope.family_id}
    )
    return spacing


async def list_too_soon(scope: Scope, doses: Sequence[DoseFacts]) -> Sequence[TooSoon]:
    """Which of these *doses* would come too soon, each with the last that was given."""
    values = {"dose_ids": [dose.id for dose in doses], "family_id": scope.family_id}
    rows = await scope.rows(_FIND, values)
    given = {dose.id: dose for dose in await list_doses(scope, [row.given_id for row in rows])}
    found = {row.id: given[row.given_id] for row in rows if row.given_id in given}
    return [TooSoon(dose, found[dose.id]) for dose in doses if dose.id in found]
