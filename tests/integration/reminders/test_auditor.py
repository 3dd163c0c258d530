"""What the auditor finds late, and what it doesn't count."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import literal_column, text

from domain.database.requests import as_dispatch
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import inbox, outcomes
from domain.delivery.inbox import FetchedUpdate
from domain.delivery.outcomes import Shown
from domain.medicines.records import recording, undo
from domain.models.medicines import DoseStatus
from domain.reminders.appointment_steps import DUE_OCCURRENCES
from domain.reminders.auditor import (
    EDITED_WITHIN,
    WATCHED,
    OwedEdits,
    Watched,
    find_late,
    late_edits,
    list_owed_edits,
)
from domain.reminders.dose_steps import DUE_DOSES
from tests import factories
from tests.databases import MORNING, move_to, without_walls
from tests.factories import Account

EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)
LATE = timedelta(minutes=2, seconds=1)


@pytest_asyncio.fixture
async def anna(database: Database) -> Account:
    """She looks after Mum, who takes Aspirin at 08:00 and sees a doctor at 14:30."""
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.medicine(database, anna, mum)
    await factories.appointment(database, anna, mum, start=datetime(2026, 11, 23, 14, 30))
    return anna


async def late(database: Database) -> Mapping[Watched, tuple[int, datetime | None]]:
    found = await database.run(find_late, as_dispatch())
    return {watched: (breach.count, breach.since) for watched, breach in found.items()}


async def change(database: Database, url: str, sql: str) -> None:
    """Bring about what no operation does; `:now` is the product's present moment."""
    async with without_walls(url, keep=True) as connection:
        parameters = {"now": database.clock.now()} if ":now" in sql else {}
        await connection.execute(text(sql), parameters)


async def owed(database: Database, before: OwedEdits | None = None) -> OwedEdits:
    return await database.run(
        lambda scope: list_owed_edits(scope, before=before or {}), as_dispatch()
    )


async def test_nothing_is_late_while_everything_is_done_in_time(
    database: Database, anna: Account
) -> None:
    assert await late(database) == {}
    for minutes in (0, 10, 20, 30, 120, 180):
        await factories.wake_up(database, EIGHT + timedelta(minutes=minutes))
        await factories.deliver(database)
        move_to(database.clock, EIGHT + timedelta(minutes=minutes) + LATE)
        assert await late(database) == {}


async def test_a_dose_that_nobody_asks_about(database: Database, anna: Account) -> None:
    move_to(database.clock, EIGHT + LATE - 2 * A_SECOND)
    assert await late(database) == {}
    move_to(database.clock, EIGHT + LATE)
    assert await late(database) == {Watched.DOSE_TIMER: (1, EIGHT)}


async def test_an_appointment_that_nobody_is_reminded_of(
    database: Database, anna: Account, database_url: str
) -> None:
    await change(
        database,
        database_url,
        "UPDATE appointment_occurrences"
        " SET next_action_at = date_trunc('minute', CAST(:now AS timestamptz))",
    )
    assert await late(database) == {}
    database.clock.advance(LATE)
    assert await late(database) == {Watched.APPOINTMENT_TIMER: (1, MORNING)}


@pytest.mark.parametrize(
    ("kind", "table", "timer"),
    [
        ("dose", "doses", Watched.DOSE_TIMER),
        ("appointment", "appointment_occurrences", Watched.APPOINTMENT_TIMER),
    ],
)
@pytest.mark.parametrize(
    ("retry_at", "is_known"),
    [
        ("NULL", True),  # waits for an operator
        ("'infinity'", True),  # dropped by one
        ("CAST(:now AS timestamptz) + interval '1 hour'", True),
        ("CAST(:now AS timestamptz) - interval '3 minutes'", False),  # and was not retried
    ],
)
async def test_what_is_set_aside_is_known(
    database: Database,
    anna: Account,
    database_url: str,
    kind: str,
    table: str,
    timer: Watched,
    retry_at: str,
    is_known: bool,
) -> None:
    await change(
        database,
        database_url,
        f"UPDATE {table} SET next_action_at = date_trunc('minute', CAST(:now AS timestamptz))",
    )
    database.clock.advance(LATE)
    assert timer in await late(database)
    await change(
        database,
        database_url,
        "INSERT INTO set_asides (id, family_id, kind, subject_id, reason, failed_at, retry_at)"
        f" SELECT gen_random_uuid(), family_id, '{kind}', id, 'X', clock_now(), {retry_at}"
        f" FROM {table} WHERE next_action_at IS NOT NULL",
    )
    assert (timer not in await late(database)) is is_known


async def test_a_message_that_is_not_sent(
    database: Database, anna: Account, database_url: str
) -> None:
    await factories.wake_up(database, EIGHT)
    move_to(database.clock, EIGHT + LATE)
    assert await late(database) == {Watched.MESSAGE: (1, EIGHT)}
    await factories.deliver(database)
    assert await late(database) == {}


@pytest.mark.parametrize(("seconds", "is_late"), [(-90, True), (30, True), (90, False)])
async def test_a_message_that_was_postponed_is_late_unless_telegram_has_it_wait(
    database: Database, anna: Account, database_url: str, seconds: int, is_late: bool
) -> None:
    await factories.wake_up(database, EIGHT)
    move_to(database.clock, EIGHT + LATE)
    await change(
        database,
        database_url,
        "UPDATE notifications"
        f" SET not_before = CAST(:now AS timestamptz) + interval '{seconds} seconds'",
    )
    assert (Watched.MESSAGE in await late(database)) is is_late


async def test_an_update_that_is_not_answered(database: Database) -> None:
    await database.run(
        lambda scope: inbox.store(
            scope,
            [FetchedUpdate(1, 1, {}), FetchedUpdate(2, 1, {}), FetchedUpdate(3, 1, {})],
            owner=uuid4(),
            lease=timedelta(seconds=30),
        ),
        as_dispatch(),
    )
    assert await late(database) == {}
    database.clock.advance(LATE)
    [(count, _)] = (await late(database)).values()
    assert count == 3
    await database.run(lambda scope: inbox.mark_done(scope, [1]), as_dispatch())
    await database.run(lambda scope: inbox.set_aside(scope, 2, reason="X"), as_dispatch())
    [(watched, (count, _))] = (await late(database)).items()
    assert (watched, count) == (Watched.UPDATE, 1)


@pytest.mark.parametrize(
    ("what", "hours", "found"),
    [
        ("status = status", 23, 0),
        ("status = status", 21, 1),
        ("status = 'paused', resumes_at = CAST(:now AS timestamptz) + interval '1 day'", 21, 1),
        ("status = 'stopped'", 21, 0),
        ("deleted_at = CAST(:now AS timestamptz)", 21, 0),
    ],
)
async def test_doses_that_nobody_plans(
    database: Database, anna: Account, database_url: str, what: str, hours: int, found: int
) -> None:
    await change(
        database,
        database_url,
        f"UPDATE medications SET {what},"
        f" expanded_until = CAST(:now AS timestamptz) + interval '{hours} hours'",
    )
    counts = {watched: count for watched, (count, _) in (await late(database)).items()}
    assert counts == ({Watched.EXPANSION: 1} if found else {})


async def test_buttons_that_stay_on_a_card_whose_dose_was_recorded(
    database: Database, anna: Account
) -> None:
    await factories.wake_up(database, EIGHT)
    [card] = await factories.deliver(database)
    assert await owed(database) == {}
    [dose_id] = [
        row.id
        for row in await database.run(
            lambda scope: scope.rows(
                text("SELECT id FROM doses WHERE due_at = :at"), {"at": EIGHT}
            ),
            as_dispatch(),
        )
    ]
    await factories.acting(
        database,
        anna,
        lambda scope: recording.record_doses(scope, [dose_id], status=DoseStatus.TAKEN),
    )
    first = await owed(database)
    assert late_edits(first, now=database.clock.now()) is None
    database.clock.advance(EDITED_WITHIN + A_SECOND)
    still = await owed(database, first)
    breach = late_edits(still, now=database.clock.now())
    assert breach is not None
    assert (breach.count, breach.since) == (1, *first.values())
    # It was edited, and has to be edited once more: that isn't the same edit.
    await database.run(
        lambda scope: outcomes.record_shown(scope, [Shown(card.id, 2)]), as_dispatch()
    )
    assert await owed(database, still) == {}
    await factories.acting(database, anna, lambda scope: undo.undo_doses(scope, [dose_id]))
    again = await owed(database, still)
    assert len(again) == 1
    assert late_edits(again, now=database.clock.now()) is None


@pytest.mark.parametrize(
    ("watched", "condition"),
    [
        (Watched.DOSE_TIMER, "(next_action_at < "),
        (Watched.APPOINTMENT_TIMER, "(next_action_at < "),
        (Watched.EXPANSION, "(expanded_until < "),
        (Watched.MESSAGE, "(deadline_at < "),
    ],
)
async def test_only_what_is_late_is_read(
    database: Database, watched: Watched, condition: str
) -> None:
    """Row security mustn't keep the index from being used; small tables are read without one."""

    async def explain(scope: Scope) -> str:
        await scope.connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await scope.rows(text(f"EXPLAIN {WATCHED[watched].query}"))
        return "\n".join(line for (line,) in plan)

    assert f"Index Cond: {condition}" in await database.run(explain, as_dispatch())


@pytest.mark.parametrize("statement", [DUE_DOSES, DUE_OCCURRENCES], ids=["doses", "appointments"])
async def test_a_wake_up_reads_only_what_is_due(database: Database, statement: Any) -> None:
    async def explain(scope: Scope) -> str:
        await scope.connection.execute(text("SET LOCAL enable_seqscan = off"))
        dialect = scope.connection.dialect
        found = statement.with_only_columns(literal_column("1"), maintain_column_froms=True)
        compiled = found.limit(10).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        rows = await scope.rows(text(f"EXPLAIN {compiled}"))
        return "\n".join(line for (line,) in rows)

    plan = await database.run(explain, as_dispatch())
    assert "Index Cond: (next_action_at <= " in plan
