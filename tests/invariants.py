"""What must hold in the tables whatever happened: the invariants of the design, as SQL.

Numbers are those of the design's list. Each query finds rows that break one, over the tables alone
and without walls; tests of crashes and outages ask once things are quiet again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.clock import Clock
from domain.models import Base
from tests.databases import without_walls


@dataclass(frozen=True)
class Violation:
    """A row that breaks an invariant."""

    invariant: int
    rule: str
    row: str


_RULES: Sequence[tuple[int, str, str]] = [
    (
        1,
        "an occurrence of a medication is one dose",
        """
        SELECT medication_id, occurrence_key FROM doses
        GROUP BY medication_id, occurrence_key HAVING count(*) > 1
        """,
    ),
    (
        1,
        "between two records of a dose it is undone or corrected, and only what was recorded is",
        """
        SELECT dose_id, status, before, corrects_id FROM (
            SELECT dose_id, status, corrects_id,
                   lag(id) OVER record AS previous_id, lag(status) OVER record AS before
            FROM medication_logs WHERE dose_id IS NOT NULL
            WINDOW record AS (PARTITION BY dose_id ORDER BY recorded_at, id)
        ) log
        WHERE CASE
            WHEN corrects_id IS NOT NULL
                THEN corrects_id <> previous_id OR before IS NULL OR before = 'undone'
            WHEN status = 'undone' THEN before IS NULL OR before = 'undone'
            ELSE before IS NOT NULL AND before <> 'undone'
        END
        """,
    ),
    (
        1,
        "the state of a dose is that of its last record",
        """
        SELECT d.id, d.status, log.status FROM doses d
        LEFT JOIN LATERAL (
            SELECT status FROM medication_logs l WHERE l.dose_id = d.id
            ORDER BY recorded_at DESC, id DESC LIMIT 1
        ) log ON true
        LEFT JOIN LATERAL (
            SELECT recorded_by_id FROM medication_logs l
            WHERE l.dose_id = d.id AND l.undoes_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM medication_logs u WHERE u.undoes_id = l.id)
            ORDER BY recorded_at DESC, id DESC LIMIT 1
        ) standing ON true
        WHERE (d.status IN ('taken', 'skipped') OR log.status IN ('taken', 'skipped'))
          AND (d.status, d.resolved_by_id) IS DISTINCT FROM (log.status, standing.recorded_by_id)
        """,
    ),
    (
        2,
        "a dose that is open or missed was asked for, or will be within two minutes",
        """
        SELECT d.id, d.status, d.due_at FROM doses d
        WHERE d.status IN ('pending', 'missed') AND d.due_at < clock_now() - interval '2 minutes'
          AND (d.next_action_at IS NULL OR d.next_action_at < clock_now() - interval '2 minutes')
          AND NOT EXISTS (
              SELECT 1 FROM notifications n
              WHERE n.kind = 'slot_card' AND n.slot_at = d.due_at
                AND n.care_recipient_id = d.care_recipient_id)
        """,
    ),
    (
        2,
        "whoever should be asked got the card in time, or a row says why not",
        """
        SELECT d.id, m.user_id FROM doses d
        JOIN care_recipients c ON c.id = d.care_recipient_id
        JOIN family_members m
          ON m.family_id = d.family_id AND m.left_at IS NULL AND m.joined_at <= d.due_at
         AND (m.role IN ('admin', 'caregiver') OR m.user_id = c.user_id)
         -- Who hears less isn't asked, as long as others are.
         AND (m.user_id = c.user_id OR NOT EXISTS (
             SELECT 1 FROM care_assignments a WHERE a.care_recipient_id = c.id
               AND a.user_id = m.user_id AND a.hears <> 'everything'))
        WHERE d.status IN ('pending', 'missed', 'taken', 'skipped') AND d.is_scheduled
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
                AND (n.sent_at BETWEEN d.due_at AND d.window_ends_at
                     OR n.status IN ('unreachable', 'obsolete', 'failed') AND n.reason IS NOT NULL
                     OR n.status = 'pending' AND clock_now() < d.window_ends_at))
        """,
    ),
    (
        5,
        "the stock is the sum of its movements, and what nobody has counted has none",
        """
        SELECT m.id, m.stock, moved.total FROM medications m
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(change), 0) AS total FROM stock_movements s
            WHERE s.medication_id = m.id
        ) moved
        WHERE coalesce(m.stock, 0) <> moved.total
        """,
    ),
    (
        5,
        "a dose has taken from the stock while it is taken, and nothing else has",
        """
        SELECT d.id, d.status, moved.total FROM doses d
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(change), 0) AS total FROM stock_movements s WHERE s.dose_id = d.id
        ) moved
        WHERE moved.total > 0 OR (d.status <> 'taken' AND moved.total <> 0)
        """,
    ),
    (
        6,
        "an update is answered within two minutes, or set aside with a reason",
        """
        SELECT update_id, status FROM inbound_updates
        WHERE status IN ('open', 'applied') AND received_at < clock_now() - interval '2 minutes'
           OR status = 'set_aside' AND reason IS NULL
        """,
    ),
    (
        7,
        "a dose is for the person of its medication",
        """
        SELECT d.id FROM doses d JOIN medications m ON m.id = d.medication_id
        WHERE (d.family_id, d.care_recipient_id) <> (m.family_id, m.care_recipient_id)
        """,
    ),
    (
        7,
        "a record is about the medication of its dose",
        """
        SELECT l.id FROM medication_logs l JOIN doses d ON d.id = l.dose_id
        WHERE (l.family_id, l.medication_id) <> (d.family_id, d.medication_id)
        """,
    ),
    (
        7,
        "a message tells of doses of its own family",
        """
        SELECT n.id, dose_id FROM notifications n
        CROSS JOIN LATERAL (
            SELECT unnest(n.shown_dose_ids) AS dose_id
            UNION ALL SELECT jsonb_array_elements_text(n.facts -> 'dose_ids')::uuid
        ) shown
        WHERE NOT EXISTS (
            SELECT 1 FROM doses d WHERE d.id = dose_id AND d.family_id = n.family_id)
        """,
    ),
    (
        7,
        "a person's current family is one they are or were in",
        """
        SELECT u.id FROM users u
        WHERE u.current_family_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM family_members m
            WHERE m.user_id = u.id AND m.family_id = u.current_family_id)
        """,
    ),
    (
        1,
        "what an appointment's rule gives once takes place once",
        """
        SELECT appointment_id, occurrence_key FROM appointment_occurrences
        GROUP BY appointment_id, occurrence_key HAVING count(*) > 1
        """,
    ),
    (
        2,
        "of what takes place everybody was told who should be, or a row says why not",
        """
        SELECT o.id, m.user_id FROM appointment_occurrences o
        JOIN appointments a ON a.id = o.appointment_id AND a.deleted_at IS NULL
        JOIN care_recipients c ON c.id = o.care_recipient_id
        JOIN family_members m ON m.family_id = o.family_id AND m.left_at IS NULL
         AND m.joined_at <= o.created_at AND (m.role <> 'recipient' OR m.user_id = c.user_id)
        WHERE o.status = 'planned' AND o.told_at IS NOT NULL
          AND EXISTS (SELECT 1 FROM notifications n WHERE n.kind = 'appointment'
                AND n.facts -> 'steps' ->> o.id::text = 'remind')
          AND NOT EXISTS (
              SELECT 1 FROM notifications n
              WHERE n.kind = 'appointment' AND n.user_id = m.user_id
                AND n.facts -> 'steps' ? o.id::text)
        """,
    ),
    (
        7,
        "an occurrence is for the person of its appointment",
        """
        SELECT o.id FROM appointment_occurrences o JOIN appointments a ON a.id = o.appointment_id
        WHERE (o.family_id, o.care_recipient_id) <> (a.family_id, a.care_recipient_id)
        """,
    ),
    (
        7,
        "a message tells of appointments of its own family",
        """
        SELECT n.id FROM notifications n
        CROSS JOIN LATERAL jsonb_object_keys(
            coalesce(n.facts -> 'steps', '{}')) AS shown (id)
        WHERE NOT EXISTS (SELECT 1 FROM appointment_occurrences o
                          WHERE o.id = shown.id::uuid AND o.family_id = n.family_id)
        """,
    ),
    (
        8,
        "what is planned and to come has a timer, and no timer is overdue",
        """
        SELECT o.id, o.next_action_at FROM appointment_occurrences o
        JOIN appointments a ON a.id = o.appointment_id AND a.deleted_at IS NULL
        WHERE (o.status = 'planned' AND o.starts_at > clock_now() AND o.next_action_at IS NULL
           OR o.next_action_at < clock_now() - interval '2 minutes')
          AND NOT EXISTS (SELECT 1 FROM set_asides s WHERE s.subject_id = o.id)
        """,
    ),
    (
        8,
        "an open dose has a timer, and it is not overdue",
        """
        SELECT id, next_action_at FROM doses
        WHERE status = 'pending'
          AND (next_action_at IS NULL OR next_action_at < clock_now() - interval '2 minutes')
          AND NOT EXISTS (SELECT 1 FROM set_asides s WHERE s.subject_id = doses.id)
        """,
    ),
    (
        14,
        "what was taken of a range says how much it was",
        "SELECT id FROM doses WHERE status = 'taken' AND most IS NOT NULL AND given IS NULL",
    ),
]


def _references() -> Sequence[tuple[int, str, str]]:
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
                SELECT here.id FROM {table.name} here
                WHERE {given} AND NOT EXISTS (SELECT 1 FROM {there} there WHERE {found})
            """
            rules.append((7, f"{table.name} refers to its own family's {there}", query))
    return rules


async def find_violations_of(
    connection: AsyncConnection, invariants: Collection[int]
) -> Sequence[Violation]:
    """Rows that break one of these invariants, in one statement; on a connection without walls."""
    rules = [rule for rule in (*_RULES, *_references()) if rule[0] in invariants]
    parts = [
        f"SELECT {index} AS rule, CAST(row(found.*) AS text) AS broken FROM ({query}) found"
        for index, (_number, _rule, query) in enumerate(rules)
    ]
    rows = await connection.execute(text(" UNION ALL ".join(parts)))
    return [Violation(rules[row.rule][0], rules[row.rule][1], row.broken) for row in rows]


async def find_violations(url: str, clock: Clock) -> Sequence[Violation]:
    """Every row of that database which breaks an invariant at the clock's present moment."""
    async with without_walls(url) as connection:
        await connection.execute(
            text("SELECT set_config('app.clock_offset', :offset, true)"),
            {"offset": f"{clock.offset.total_seconds()} seconds"},
        )
        return [
            Violation(number, rule, str(tuple(row)))
            for number, rule, query in (*_RULES, *_references())
            for row in await connection.execute(text(query))
        ]
