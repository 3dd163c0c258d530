"""``carecircle doctor --deep``: asks every invariant that the tables can answer.

What is late is asked across families, everything else in one family after the other, within its
walls. Each is asked in a short transaction of its own, so a running bot doesn't notice.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import UTC

from sqlalchemy import select, text

from bot.commands.findings import Finding
from domain.database.requests import ScopeRequest, as_dispatch, as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.models import Family
from domain.reminders.auditor import (
    ACROSS,
    EDIT,
    EDITED_WITHIN,
    WATCHED,
    OwedEdits,
    late_edits,
    list_owed_edits,
)
from domain.reminders.invariants import IN_FAMILY, REFERENCES, Breach, Rule, find_breaches

_REFERENCES_HOLD = Rule(7, "every row refers to rows of its own family", "")
# Compiling fifty queries would take longer than running them.
_WITHOUT_JIT = text("SELECT set_config('jit', 'off', true)")


async def examine_invariants(database: Database) -> AsyncIterator[Finding]:
    """A finding for each rule: how many rows break it, and since when. Raises database errors."""
    owed = await _list_owed_edits(database, before={})
    across, inside = [*WATCHED.values(), *ACROSS], [*IN_FAMILY, *REFERENCES]
    breaches = list(await _ask(database, across, as_dispatch()))
    families = await database.run(lambda scope: scope.rows(select(Family.id)), as_dispatch())
    for family in families:
        breaches += await _ask(database, inside, as_family(family.id))
    if owed:
        # Nobody can see from when on they are, only that they still are.
        await asyncio.sleep(EDITED_WITHIN.total_seconds())
        owed = await _list_owed_edits(database, before=owed)
    if edits := late_edits(owed, now=database.clock.now()):
        breaches.append(edits)
    by_rule: dict[Rule, list[Breach]] = defaultdict(list)
    for breach in breaches:
        by_rule[breach.rule].append(breach)
    # Of the many keys, only those that lead nowhere.
    references = [rule for rule in REFERENCES if rule in by_rule] or [_REFERENCES_HOLD]
    rules = [*across, EDIT, *IN_FAMILY, *references]
    for rule in sorted(rules, key=lambda rule: rule.invariant):
        yield _finding(rule, by_rule[rule])


async def _ask(
    database: Database, rules: Sequence[Rule], request: ScopeRequest
) -> Sequence[Breach]:
    async def ask(scope: Scope) -> Sequence[Breach]:
        await scope.connection.execute(_WITHOUT_JIT)
        return await find_breaches(scope, rules)

    return await database.run(ask, request)


async def _list_owed_edits(database: Database, *, before: OwedEdits) -> OwedEdits:
    return await database.run(lambda scope: list_owed_edits(scope, before=before), as_dispatch())


def _finding(rule: Rule, breaches: Sequence[Breach]) -> Finding:
    name = f"Invariant {rule.invariant}: {rule.text}"
    if not breaches:
        return Finding(True, f"{name}.")
    count = sum(breach.count for breach in breaches)
    since = min((breach.since for breach in breaches if breach.since), default=None)
    rows = "1 row breaks this" if count == 1 else f"{count} rows break this"
    when = f", since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if since else ""
    return Finding(False, f"{name}: {rows}{when}.")
