"""A second pair of eyes on the tables: what should have happened by now and hasn't.

It only counts, as the dispatcher, across families, by indexes that the work itself uses, and reads
nothing that a message says. What was set aside is known already, and isn't counted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from domain.database.scope import Scope
from domain.reminders.invariants import Breach, Rule, find_breaches


class Watched(StrEnum):
    """What the auditor watches in production; people script against these names."""

    DOSE_TIMER = "dose_timer"
    APPOINTMENT_TIMER = "appointment_timer"
    EXPANSION = "expansion"
    MESSAGE = "message"
    EDIT = "edit"
    UPDATE = "update"
    AUDIT = "audit"


#: How long an edit may be owed: the design gives live buttons ten seconds.
EDITED_WITHIN = timedelta(seconds=10)

# Under row security an index serves only comparisons that leak nothing. `(SELECT clock_now())` does
# not; the function itself is inlined, and PostgreSQL can't tell.
#
# Work that is set aside waits for an operator, or for a retry that may be late itself. Only a 429
# postpones a message by more than half a minute: Telegram has it wait.
WATCHED: Mapping[Watched, Rule] = {
    Watched.DOSE_TIMER: Rule(
        8,
        "no timer of a dose ran out more than two minutes ago",
        """
        SELECT d.id, d.next_action_at AS since FROM doses d
        WHERE d.next_action_at < (SELECT clock_now()) - interval '2 minutes' AND NOT EXISTS (
            SELECT 1 FROM set_asides s WHERE s.kind = 'dose' AND s.subject_id = d.id
               AND coalesce(s.retry_at, 'infinity') > (SELECT clock_now()) - interval '2 minutes')
        """,
    ),
    Watched.APPOINTMENT_TIMER: Rule(
        8,
        "no timer of an appointment ran out more than two minutes ago",
        """
        SELECT o.id, o.next_action_at AS since FROM appointment_occurrences o
        WHERE o.next_action_at < (SELECT clock_now()) - interval '2 minutes' AND NOT EXISTS (
            SELECT 1 FROM set_asides s WHERE s.kind = 'appointment' AND s.subject_id = o.id
               AND coalesce(s.retry_at, 'infinity') > (SELECT clock_now()) - interval '2 minutes')
        """,
    ),
    # Doses are made again once they reach less than 24 hours ahead (see WakeUps.expand). Without
    # this rule nobody would notice that they aren't: what doesn't exist has no timer.
    Watched.EXPANSION: Rule(
        1,
        "the doses of every medicine are planned for the next 22 hours",
        """
        SELECT m.id, m.expanded_until - interval '24 hours' AS since FROM medications m
        WHERE (m.status = 'active' OR m.resumes_at IS NOT NULL) AND m.deleted_at IS NULL
          AND m.expanded_until < (SELECT clock_now()) + interval '22 hours' AND NOT EXISTS (
            SELECT 1 FROM set_asides s WHERE s.kind = 'expansion' AND s.subject_id = m.id
               AND coalesce(s.retry_at, 'infinity') > (SELECT clock_now()) - interval '2 minutes')
        """,
    ),
    Watched.MESSAGE: Rule(
        2,
        "no message is two minutes late, unless Telegram has it wait",
        """
        SELECT n.id, n.deadline_at AS since FROM notifications n
        WHERE n.status = 'pending' AND n.deadline_at < (SELECT clock_now()) - interval '2 minutes'
          AND (n.not_before IS NULL OR n.not_before < (SELECT clock_now()) + interval '1 minute')
        """,
    ),
    Watched.UPDATE: Rule(
        6,
        "an update is answered within two minutes",
        """
        SELECT u.update_id, u.received_at AS since FROM inbound_updates u
        WHERE u.status IN ('open', 'applied')
          AND u.received_at < (SELECT clock_now()) - interval '2 minutes'
        """,
    ),
}

#: Found by looking twice, since the tables don't say from when on an edit is owed.
EDIT = Rule(3, "a message that has changed is edited within ten seconds", "")

#: That what is watched can be asked at all; found where it can't.
NOT_AUDITED = Rule(9, "the database answers the auditor", "")

#: What `carecircle doctor --deep` asks across families besides.
ACROSS: Sequence[Rule] = (
    Rule(
        6,
        "an update that was set aside says why",
        """
        SELECT update_id, received_at AS since FROM inbound_updates
        WHERE status = 'set_aside' AND reason IS NULL
        """,
    ),
)

_OWED_EDITS = text("""
    SELECT n.id, n.shown_version, clock_now() AS now FROM notifications n
    WHERE n.status = 'sent' AND n.shown_version < n.wanted_version
      AND (n.not_before IS NULL OR n.not_before < (SELECT clock_now()) + interval '1 minute')
    ORDER BY n.id LIMIT 5000
""")

#: Messages that still show an older version than they should, with that version; and when they were
#: first seen to (UTC).
OwedEdits = Mapping[tuple[UUID, int], datetime]


async def find_late(
    scope: Scope, watched: Sequence[Watched] = tuple(WATCHED)
) -> Mapping[Watched, Breach]:
    """What should have been done two minutes ago, by PostgreSQL's clock. One statement."""
    by_rule = {WATCHED[each]: each for each in watched}
    return {by_rule[each.rule]: each for each in await find_breaches(scope, list(by_rule))}


async def list_owed_edits(scope: Scope, *, before: OwedEdits) -> OwedEdits:
    """What has to be edited now, given what had to be when the caller looked *before*."""
    rows = await scope.rows(_OWED_EDITS)
    return {key: before.get(key, row.now) for row in rows for key in [(row.id, row.shown_version)]}


def late_edits(owed: OwedEdits, *, now: datetime) -> Breach | None:
    """Those of *owed* that have been for too long by *now* (aware)."""
    late = [since for since in owed.values() if since <= now - EDITED_WITHIN]
    return Breach(EDIT, len(late), min(late)) if late else None
