"""The checker of invariants: content with a day of ordinary life, and not with what breaks them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.database.requests import as_dispatch, as_family
from domain.database.unit_of_work import Database
from domain.delivery import inbox
from domain.delivery.inbox import FetchedUpdate
from domain.medicines.doses import snoozing
from domain.medicines.records import recording, undo
from domain.models.groups import Receives, Unbound
from domain.models.medicines import DoseStatus
from domain.reminders import family_group
from tests import factories
from tests.databases import without_walls
from tests.factories import daily
from tests.invariants import find_violations


@pytest.fixture
async def lived_in(database: Database) -> Database:
    """A family's morning: asked, taken, undone, snoozed, missed; and another family beside it."""
    for name in ("Smith", "Jones"):
        anna = await factories.user(database, f"Anna {name}")
        family = await factories.family(database, anna, name)
        mum = await factories.person(database, anna)
        await factories.member(database, anna, name=f"Ben {name}")
        await factories.member(database, anna, Role.VIEWER, name=f"Vic {name}")
        await factories.member(database, anna, Role.RECIPIENT, name=f"Rose {name}", person=mum)
        schedule = daily("08:00", "20:00")
        aspirin = await factories.medicine(database, anna, mum, schedule=schedule)
        await factories.medicine(database, anna, mum, name="Iron", schedule=schedule)
        await factories.medicine(database, anna, mum, name="Zinc", schedule=daily("12:00"))
        if name == "Smith":
            continue
        dose = await factories.asked_dose(database, family, aspirin)
        for work in (
            lambda scope, d=dose: recording.record_doses(scope, [d.id], status=DoseStatus.TAKEN),
            lambda scope, d=dose: undo.undo_doses(scope, [d.id]),
            lambda scope, d=dose: snoozing.snooze_dose(scope, d.id, minutes=30),
            lambda scope, d=dose: recording.record_doses(scope, [d.id], status=DoseStatus.SKIPPED),
        ):
            await factories.acting(database, anna, work)
    await database.run(
        lambda scope: inbox.store(
            scope, [FetchedUpdate(1, 1, {})], owner=uuid4(), lease=timedelta(seconds=30)
        ),
        as_dispatch(),
    )
    for minutes in (30, 60, 120, 240):
        await factories.wake_up(database, dose.due_at + timedelta(minutes=minutes))
        await factories.deliver(database)
    await database.run(lambda scope: inbox.mark_done(scope, [1]), as_dispatch())
    return database


async def test_a_day_of_ordinary_life_breaks_nothing(lived_in: Database, database_url: str) -> None:
    assert await find_violations(database_url, lived_in.clock) == []
    async with without_walls(database_url) as connection:
        states = await connection.scalars(text("SELECT DISTINCT status FROM doses ORDER BY 1"))
        assert states.all() == ["missed", "pending", "skipped"]


async def test_a_groups_card_stands_for_private_ones_until_the_group_is_lost(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    group = await factories.bound_group(database, anna, -100, receives=Receives.INSTEAD)
    await factories.asked_dose(database, family, await factories.medicine(database, anna, mum))
    await factories.deliver(database)
    assert await find_violations(database_url, database.clock) == []
    # The control: if nobody is asked in private once it's lost, that is noticed.
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("UPDATE family_groups SET unbound_at = :at, why = 'removed'"),
            {"at": database.clock.now() - timedelta(seconds=1)},
        )
    assert [each.invariant for each in await find_violations(database_url, database.clock)] == [2]
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(text("UPDATE family_groups SET unbound_at = NULL, why = NULL"))
    await database.run(
        lambda scope: family_group.lose_group(scope, group.id, Unbound.REMOVED),
        as_family(family.id),
    )
    await factories.deliver(database)
    assert await find_violations(database_url, database.clock) == []


@pytest.mark.parametrize(
    ("invariant", "damage"),
    [
        (
            1,
            """
            ALTER TABLE doses DROP CONSTRAINT uq_doses_medication_id_occurrence_key;
            INSERT INTO doses
            SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid()))).*
            FROM doses d WHERE status = 'missed'
            """,
        ),
        (
            1,
            """
            INSERT INTO medication_logs
            SELECT (jsonb_populate_record(l, jsonb_build_object(
                'id', gen_random_uuid(), 'recorded_at', recorded_at + interval '1 second'))).*
            FROM medication_logs l WHERE status = 'skipped'
            """,
        ),
        (1, "DELETE FROM medication_logs WHERE status = 'undone'"),
        (1, "DELETE FROM medication_logs WHERE status = 'taken'"),
        (
            1,
            """
            UPDATE doses SET status = 'taken', taken_at = due_at, taken_timezone = timezone
            WHERE status = 'missed'
            """,
        ),
        (1, "UPDATE doses SET status = 'missed', resolved_by_id = NULL WHERE status = 'skipped'"),
        (2, "DELETE FROM notifications WHERE kind = 'slot_card'"),
        (
            2,
            """
            DELETE FROM notifications n USING users u
            WHERE u.id = n.user_id AND u.name = 'Rose Jones' AND n.kind = 'slot_card'
            """,
        ),
        (2, "UPDATE notifications SET sent_at = sent_at + interval '1 day'"),
        (
            2,
            """
            UPDATE notifications SET status = 'failed', sent_at = NULL, reason = NULL
            WHERE kind = 'slot_card'
            """,
        ),
        (
            6,
            """
            INSERT INTO inbound_updates (update_id, chat_id, payload, received_at)
            VALUES (2, 1, '{}', clock_now() - interval '3 minutes')
            """,
        ),
        (6, "UPDATE inbound_updates SET status = 'set_aside'"),
        (
            7,
            """
            ALTER TABLE doses DROP CONSTRAINT fk_doses_family_id_medication_id;
            UPDATE doses d SET medication_id = m.id, occurrence_key = occurrence_key || '+'
            FROM medications m WHERE m.family_id <> d.family_id AND m.name = d.medication_name
            """,
        ),
        (
            7,
            """
            UPDATE notifications
            SET facts = jsonb_build_object('dose_ids', jsonb_build_array(gen_random_uuid()))
            """,
        ),
        (
            7,
            """
            UPDATE notifications n SET shown_dose_ids = ARRAY[d.id] FROM doses d
            WHERE d.family_id <> n.family_id
            """,
        ),
        (
            7,
            """
            UPDATE users u SET current_family_id = f.id FROM families f
            WHERE f.id <> u.current_family_id
            """,
        ),
        (
            7,
            """
            ALTER TABLE care_recipients DROP CONSTRAINT fk_care_recipients_family_id_user_id;
            UPDATE care_recipients c SET user_id = u.id FROM users u
            WHERE u.current_family_id <> c.family_id
            """,
        ),
        (
            8,
            """
            UPDATE doses SET next_action_at = date_trunc('minute', clock_now(), 'UTC')
                                            - interval '3 minutes'
            WHERE status = 'pending'
            """,
        ),
        (8, "UPDATE doses SET next_action_at = NULL WHERE status = 'pending'"),
    ],
)
async def test_damage_is_noticed(
    lived_in: Database, database_url: str, invariant: int, damage: str
) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("SELECT set_config('app.clock_offset', :offset, true)"),
            {"offset": f"{lived_in.clock.offset.total_seconds()} seconds"},
        )
        for statement in damage.split(";"):
            await connection.execute(text(statement))
    found = await find_violations(database_url, lived_in.clock)
    assert invariant in {violation.invariant for violation in found}
