"""What must hold in the tables whatever happened: the invariants of the design, as SQL.

Numbers are those of the design's list. The rules here are asked inside one family, whose walls hide
everything else, and look at its whole past. What can be late now is watched across families: see
:mod:`domain.reminders.auditor`. Tests ask all of it over the whole database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from domain.database.scope import Scope
from domain.models import Base


@dataclass(frozen=True)
class Rule:
    """What must hold. *query* finds the rows that break it; its column `since` says from when on
    (aware), if that is known.
    """

    invariant: int
    text: str
    query: str


@dataclass(frozen=True)
class Breach:
    """How many rows break a rule, and since when (UTC) the first of them has."""

    rule: Rule
    count: int
    since: datetime | None


IN_FAMILY: Sequence[Rule] = (
    Rule(
        1,
        "an occurrence of a medication is one dose",
        """
        SELECT medication_id, occurrence_key, min(due_at) AS since FROM doses
        GROUP BY medication_id, occurrence_key HAVING count(*) > 1
        """,
    ),
    Rule(
        1,
        "between two records of a dose it is undone or corrected, and only what was recorded is",
        """
        SELECT dose_id, status, before, corrects_id, recorded_at AS since FROM (
            SELECT dose_id, status, corrects_id, recorded_at,
                   lag(id) OVER record AS previous_id, lag(status) OVER record AS before
            FROM medication_logs WHERE dose_id IS NOT NULL
            WINDOW record AS (PARTITION BY dose_id ORDER BY sequence)
        ) log
        WHERE CASE
            WHEN corrects_id IS NOT NULL
                THEN corrects_id <> previous_id OR before IS NULL OR before = 'undone'
            WHEN status = 'undone' THEN before IS NULL OR before = 'undone'
            ELSE before IS NOT NULL AND before <> 'undone'
        END
        """,
    ),
    Rule(
        1,
        "the state of a dose is that of its last record",
        """
        SELECT d.id, d.status, log.status, d.due_at AS since FROM doses d
        LEFT JOIN LATERAL (
            SELECT status FROM medication_logs l WHERE l.dose_id = d.id
            ORDER BY sequence DESC LIMIT 1
        ) log ON true
        LEFT JOIN LATERAL (
            SELECT recorded_by_id FROM medication_logs l
            WHERE l.dose_id = d.id AND l.undoes_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM medication_logs u WHERE u.undoes_id = l.id)
            ORDER BY sequence DESC LIMIT 1
        ) standing ON true
        WHERE (d.status IN ('taken', 'skipped') OR log.status IN ('taken', 'skipped'))
          AND (d.status, d.resolved_by_id) IS DISTINCT FROM (log.status, standing.recorded_by_id)
        """,
    ),
    Rule(
        1,
        "what an appointment's rule gives once takes place once",
        """
        SELECT appointment_id, occurrence_key, min(starts_at) AS since
        FROM appointment_occurrences
        GROUP BY appointment_id, occurrence_key HAVING count(*) > 1
        """,
    ),
    Rule(
        2,
        "a dose that is open or missed was asked for, or will be within two minutes",
        """
        SELECT d.id, d.status, d.due_at AS since FROM doses d
        WHERE d.status IN ('pending', 'missed') AND d.due_at < clock_now() - interval '2 minutes'
          AND d.due_at > clock_now() - interval '30 days'
          AND (d.next_action_at IS NULL OR d.next_action_at < clock_now() - interval '2 minutes')
          AND NOT EXISTS (
              SELECT 1 FROM notifications n
              WHERE n.kind = 'slot_card' AND n.slot_at = d.due_at
                AND n.care_recipient_id = d.care_recipient_id)
        """,
    ),
    Rule(
        2,
        "whoever should be asked got the card in time, or a row says why not",
        """
        SELECT d.id, m.user_id, d.due_at AS since FROM doses d
        JOIN care_recipients c ON c.id = d.care_recipient_id
        JOIN family_members m
          ON m.family_id = d.family_id AND m.left_at IS NULL AND m.joined_at <= d.due_at
         AND (m.role IN ('admin', 'caregiver') OR m.user_id = c.user_id)
         -- Who hears less isn't asked, as long as others are.
         AND (m.user_id = c.user_id OR NOT EXISTS (
             SELECT 1 FROM care_assignments a WHERE a.care_recipient_id = c.id
               AND a.user_id = m.user_id AND a.hears <> 'everything'))
        WHERE d.status IN ('pending', 'missed', 'taken', 'skipped') AND d.is_scheduled
          AND d.due_at > clock_now() - interval '30 days'
          -- Where some are asked first, it's they; who that was before it was set isn't kept.
          AND (m.user_id = c.user_id
               OR EXISTS (SELECT 1 FROM care_assignments a WHERE a.asked_first
                            AND a.care_recipient_id = c.id AND a.user_id = m.user_id)
               OR NOT EXISTS (
                   SELECT 1 FROM care_assignments a JOIN family_members o
                     ON o.family_id = a.family_id AND o.user_id = a.user_id
                   WHERE a.care_recipient_id = c.id AND a.asked_first AND a.hears = 'everything'
                     AND o.role IN ('admin', 'caregiver')
                     AND coalesce(o.left_at, 'infinity') > d.due_at))
          AND NOT EXISTS (
              SELECT 1 FROM audit_events s WHERE s.family_id = d.family_id
                AND s.action IN ('person.asked_first_set', 'person.hearing_set')
                AND s.created_at > d.due_at)
          AND EXISTS (
              SELECT 1 FROM notifications n
              WHERE n.kind = 'slot_card' AND n.slot_at = d.due_at
                AND n.care_recipient_id = d.care_recipient_id)
          AND NOT EXISTS (
              SELECT 1 FROM notifications n
              WHERE n.kind = 'slot_card' AND n.slot_at = d.due_at
                AND n.care_recipient_id = d.care_recipient_id AND n.user_id = m.user_id
                -- The clock may have been set back between queueing and sending it.
                AND (greatest(n.created_at, n.sent_at) >= d.due_at AND n.sent_at <= d.window_ends_at
                     OR n.status IN ('unreachable', 'obsolete', 'failed') AND n.reason IS NOT NULL
                     OR n.status = 'pending' AND clock_now() < d.window_ends_at))
          -- A group's card stands for theirs where it comes instead, but not once it's lost.
          AND NOT EXISTS (
              SELECT 1 FROM notifications n JOIN family_groups g ON g.id = n.group_id
              WHERE n.kind = 'slot_card' AND n.slot_at = d.due_at
                AND n.care_recipient_id = d.care_recipient_id
                AND m.user_id IS DISTINCT FROM c.user_id
                AND (g.receives = 'instead' OR EXISTS (
                    SELECT 1 FROM audit_events s WHERE s.subject_id = g.id
                      AND s.action = 'group.changed' AND s.created_at > d.due_at))
                AND coalesce(g.unbound_at, 'infinity')
                    >= least(coalesce(d.resolved_at, 'infinity'), d.window_ends_at, clock_now())
                AND (n.sent_at <= d.window_ends_at
                     OR n.status = 'obsolete' AND n.reason IS NOT NULL
                     OR n.status = 'pending' AND clock_now() < d.window_ends_at))
        """,
    ),
    Rule(
        2,
        "of what takes place everybody was told who should be, or a row says why not",
        """
        SELECT o.id, m.user_id, o.told_at AS since FROM appointment_occurrences o
        JOIN appointments a ON a.id = o.appointment_id AND a.deleted_at IS NULL
        JOIN care_recipients c ON c.id = o.care_recipient_id
        JOIN family_members m ON m.family_id = o.family_id AND m.left_at IS NULL
         AND m.joined_at <= o.created_at AND (m.role <> 'recipient' OR m.user_id = c.user_id)
         AND NOT EXISTS (
             SELECT 1 FROM care_assignments r WHERE r.care_recipient_id = c.id
               AND r.user_id = m.user_id AND r.hears <> 'everything')
        WHERE o.status = 'planned' AND o.told_at > clock_now() - interval '30 days'
          AND EXISTS (SELECT 1 FROM notifications n WHERE n.kind = 'appointment'
                AND n.facts -> 'steps' ->> o.id::text = 'remind')
          AND NOT EXISTS (
              SELECT 1 FROM notifications n
              WHERE n.kind = 'appointment' AND n.user_id = m.user_id
                AND n.facts -> 'steps' ? o.id::text)
        """,
    ),
    Rule(
        5,
        "the stock is the sum of its movements, and what nobody has counted has none",
        """
        SELECT m.id, m.stock, moved.total, moved.since FROM medications m
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(change), 0) AS total, max(created_at) AS since
            FROM stock_movements s WHERE s.medication_id = m.id
        ) moved
        WHERE coalesce(m.stock, 0) <> moved.total
        """,
    ),
    Rule(
        5,
        "a dose has taken from the stock while it is taken, and nothing else has",
        # What was in the box when somebody counted stays so, whatever becomes of earlier records.
        """
        SELECT d.id, d.status, moved.total, moved.since FROM doses d
        CROSS JOIN LATERAL (
            SELECT coalesce(max(e.created_at), '-infinity') AS at FROM audit_events e
            WHERE e.subject_id = d.medication_id AND e.action = 'stock.counted'
              AND e.after ->> 'is_count' = 'true'
              AND NOT EXISTS (SELECT FROM audit_events u WHERE u.undoes_id = e.id)
        ) counted
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(change), 0) AS total, max(created_at) AS since,
                   coalesce(sum(change) FILTER (WHERE created_at > counted.at), 0) AS since_count
            FROM stock_movements s WHERE s.dose_id = d.id
        ) moved
        WHERE moved.total > 0 OR (d.status <> 'taken' AND moved.since_count <> 0)
        """,
    ),
    Rule(
        7,
        "a dose is for the person of its medication",
        """
        SELECT d.id, d.due_at AS since FROM doses d
        WHERE NOT EXISTS (
            SELECT 1 FROM medications m
            WHERE (m.id, m.family_id, m.care_recipient_id)
                = (d.medication_id, d.family_id, d.care_recipient_id))
        """,
    ),
    Rule(
        7,
        "a record is about the medication of its dose",
        """
        SELECT l.id, l.recorded_at AS since FROM medication_logs l
        WHERE l.dose_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM doses d
            WHERE (d.id, d.family_id, d.medication_id)
                = (l.dose_id, l.family_id, l.medication_id))
        """,
    ),
    Rule(
        7,
        "a message tells of doses of its own family",
        """
        SELECT n.id, dose_id, n.created_at AS since FROM notifications n
        CROSS JOIN LATERAL (
            SELECT unnest(n.shown_dose_ids) AS dose_id
            UNION ALL SELECT jsonb_array_elements_text(n.facts -> 'dose_ids')::uuid
        ) shown
        WHERE NOT EXISTS (
            SELECT 1 FROM doses d WHERE d.id = dose_id AND d.family_id = n.family_id)
        """,
    ),
    Rule(
        7,
        "an occurrence is for the person of its appointment",
        """
        SELECT o.id, o.starts_at AS since FROM appointment_occurrences o
        WHERE NOT EXISTS (
            SELECT 1 FROM appointments a
            WHERE (a.id, a.family_id, a.care_recipient_id)
                = (o.appointment_id, o.family_id, o.care_recipient_id))
        """,
    ),
    Rule(
        7,
        "a message tells of appointments of its own family",
        """
        SELECT n.id, n.created_at AS since FROM notifications n
        CROSS JOIN LATERAL jsonb_object_keys(
            coalesce(n.facts -> 'steps', '{}')) AS shown (id)
        WHERE NOT EXISTS (SELECT 1 FROM appointment_occurrences o
                          WHERE o.id = shown.id::uuid AND o.family_id = n.family_id)
        """,
    ),
    Rule(
        8,
        "an open dose has a timer",
        """
        SELECT id, due_at AS since FROM doses
        WHERE status = 'pending' AND next_action_at IS NULL
        """,
    ),
    Rule(
        8,
        "what is planned and to come has a timer",
        """
        SELECT o.id, o.created_at AS since FROM appointment_occurrences o
        JOIN appointments a ON a.id = o.appointment_id AND a.deleted_at IS NULL
        WHERE o.status = 'planned' AND o.starts_at > clock_now() AND o.next_action_at IS NULL
        """,
    ),
)


def _references() -> Sequence[Rule]:
    """For each key between two tables of families: what it refers to is there, in that family."""
    rules = []
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            there = key.referred_table.name
            if "family_id" not in table.columns or there == "users":
                continue
            pairs = [(e.parent.name, e.column.name) for e in key.elements]
            found = " AND ".join(f"there.{theirs} = here.{ours}" for ours, theirs in pairs)
            given = " AND ".join(f"here.{ours} IS NOT NULL" for ours, _ in pairs)
            query = f"""
                SELECT here.id, CAST(NULL AS timestamptz) AS since FROM {table.name} here
                WHERE {given} AND NOT EXISTS (SELECT 1 FROM {there} there WHERE {found})
            """  # noqa: S608 - names of our own tables
            rules.append(Rule(7, f"{table.name} refers to its own family's {there}", query))
    return rules


REFERENCES = _references()


async def find_breaches(scope: Scope, rules: Sequence[Rule]) -> Sequence[Breach]:
    """Which of *rules* rows break that this scope sees, in one statement."""
    counted = text(" UNION ALL ".join(_count(index, rule) for index, rule in enumerate(rules)))
    return [
        Breach(rules[row.rule], row.rows, row.since)
        for row in await scope.rows(counted)
        if row.rows
    ]


def _count(index: int, rule: Rule) -> str:
    return f"""
        SELECT {index} AS rule, count(*) AS rows, min(since) AS since FROM ({rule.query}) broken
    """  # noqa: S608 - queries of our own
