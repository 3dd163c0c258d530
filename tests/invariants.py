"""The invariants of the design, asked over the whole database and without walls.

Their queries are the product's: see :mod:`domain.reminders.invariants` and the auditor beside it.
Tests of crashes and outages ask once things are quiet again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.clock import Clock
from domain.reminders.auditor import ACROSS, WATCHED, Watched
from domain.reminders.invariants import IN_FAMILY, REFERENCES, Rule
from tests.databases import without_walls


@dataclass(frozen=True)
class Violation:
    """A row that breaks an invariant."""

    invariant: int
    rule: str
    row: str


_RULES: Sequence[Rule] = [
    *IN_FAMILY,
    *REFERENCES,
    *ACROSS,
    # Tests move the clock by days without planning doses, and leave a chat more than may be sent.
    *(
        rule
        for watched, rule in WATCHED.items()
        if watched not in (Watched.EXPANSION, Watched.MESSAGE)
    ),
    Rule(
        7,
        "a person's current family is one they are or were in",
        """
        SELECT u.id FROM users u
        WHERE u.current_family_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM family_members m
            WHERE m.user_id = u.id AND m.family_id = u.current_family_id)
        """,
    ),
    Rule(
        14,
        "what was taken of a range says how much it was",
        "SELECT id FROM doses WHERE status = 'taken' AND most IS NOT NULL AND given IS NULL",
    ),
]


async def find_violations_of(
    connection: AsyncConnection, invariants: Collection[int]
) -> Sequence[Violation]:
    """Rows that break one of these invariants, in one statement; on a connection without walls."""
    rules = [rule for rule in _RULES if rule.invariant in invariants]
    parts = [
        f"SELECT {index} AS rule, CAST(row(found.*) AS text) AS broken FROM ({rule.query}) found"
        for index, rule in enumerate(rules)
    ]
    rows = await connection.execute(text(" UNION ALL ".join(parts)))
    return [Violation(rules[row.rule].invariant, rules[row.rule].text, row.broken) for row in rows]


async def find_violations(url: str, clock: Clock) -> Sequence[Violation]:
    """Every row of that database which breaks an invariant at the clock's present moment."""
    async with without_walls(url) as connection:
        await connection.execute(
            text("SELECT set_config('app.clock_offset', :offset, true)"),
            {"offset": f"{clock.offset.total_seconds()} seconds"},
        )
        return [
            Violation(rule.invariant, rule.text, str(tuple(row)))
            for rule in _RULES
            for row in await connection.execute(text(rule.query))
        ]
