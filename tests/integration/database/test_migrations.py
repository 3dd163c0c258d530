"""Revisions: there and back, held against the models by PostgreSQL's own catalog."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.embedded import EmbeddedServers
from domain.contacts.emergency_contacts import list_contacts
from domain.database.unit_of_work import Database
from domain.delivery.quiet_hours import QuietHours
from domain.family.alarms import tell_family
from domain.family.settings.asked_first import list_asked_first
from domain.family.settings.hearing import set_hearing
from domain.family.settings.hours import get_hours, set_hour_cycle, set_quiet
from domain.family.settings.ladder import get_family_ladder, set_family_ladder
from domain.family.settings.naming import set_asked_first
from domain.family.settings.test_message import send_test
from domain.medicines import reading
from domain.medicines.changes.day_times import set_day_times
from domain.medicines.changes.nicknames import add_nickname
from domain.medicines.changes.windows import set_window
from domain.medicines.dosages import Dosage
from domain.medicines.doses.snoozing import hold_slot
from domain.medicines.ladders import get_window, set_medicine_ladder
from domain.medicines.records import intakes, recording, undo
from domain.medicines.schedules.days import Monthly
from domain.medicines.schedules.kinds import AsNeeded
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation
from domain.medicines.stock import refills
from domain.memory.bringing_back import bring_back_thing
from domain.memory.removal import delete_medication
from domain.memory.removed import RemovedKind
from domain.models import Base
from domain.models.family import Hears, HourCycle, LadderPlan
from domain.models.medicines import DoseStatus
from domain.models.row_security import CLOCK_FUNCTION, wall_statements
from domain.overview.export.requests import request_export
from domain.overview.leaving.dissolution import dissolve_family
from migrations import runner
from migrations.runner import MigrationError
from tests import factories
from tests.catalog import read_catalog
from tests.databases import as_owner, new_database, without_walls


@pytest.fixture
async def bare_url(servers: EmbeddedServers) -> AsyncIterator[str]:
    """A database in which nothing was ever made."""
    async with new_database(servers.database_url) as url:
        yield url


async def catalog_of(url: str) -> set[str]:
    async with as_owner(url) as connection:
        return await read_catalog(connection)


async def execute(url: str, statement: str) -> None:
    async with as_owner(url) as connection:
        await connection.execute(text(statement))
        await connection.commit()


async def test_up_down_and_up_again_leads_to_the_same_schema(bare_url: str) -> None:
    await runner.upgrade(bare_url, serving_url=bare_url)
    first = await catalog_of(bare_url)
    await runner.downgrade(bare_url, revision="base")
    assert await catalog_of(bare_url) == set()
    await runner.upgrade(bare_url, serving_url=bare_url)
    assert await catalog_of(bare_url) == first


async def test_a_migrated_database_is_what_the_models_say(bare_url: str, database_url: str) -> None:
    await execute(bare_url, CLOCK_FUNCTION)
    engine = create_async_engine(bare_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        for statement in wall_statements():
            await connection.execute(text(statement))
    await engine.dispose()
    assert await catalog_of(database_url) == await catalog_of(bare_url)


@pytest.mark.parametrize(
    "drift",
    [
        "ALTER TABLE users ALTER name DROP NOT NULL",
        "ALTER TABLE users ALTER created_at DROP DEFAULT",
        "ALTER TABLE doses DROP CONSTRAINT ck_doses_status",
        (
            "ALTER TABLE doses DROP CONSTRAINT ck_doses_status,"
            " ADD CONSTRAINT ck_doses_status CHECK (status IN ('pending', 'taken'))"
        ),
        "DROP INDEX ix_doses_timer; CREATE INDEX ix_doses_timer ON doses (next_action_at)",
        "ALTER TABLE doses NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY family ON doses",
        "GRANT DELETE ON audit_events TO carecircle_app",
        "GRANT SELECT (dosage) ON doses TO carecircle_dispatch",
        "ALTER FUNCTION clock_now() VOLATILE",
    ],
)
async def test_the_comparison_notices(database_url: str, drift: str) -> None:
    """The control: without it, a comparison of nothing with nothing would pass too."""
    before = await catalog_of(database_url)
    for statement in drift.split("; "):
        await execute(database_url, statement)
    assert await catalog_of(database_url) != before


async def test_no_revision_is_missing(database_url: str) -> None:
    await runner.check(database_url)
    await execute(database_url, "DROP INDEX ix_medications_care_recipient_id_status")
    with pytest.raises(MigrationError):
        await runner.check(database_url)


async def test_current_and_head_tell_whether_a_database_is_up_to_date(
    bare_url: str, database_url: str
) -> None:
    assert await runner.current(bare_url) is None
    assert await runner.current(database_url) == runner.head() is not None


async def test_two_replicas_that_start_together_migrate_once(bare_url: str) -> None:
    await asyncio.gather(*(runner.upgrade(bare_url, serving_url=bare_url) for _ in range(3)))
    assert await runner.current(bare_url) == runner.head()


async def test_reset_empties_a_database_that_people_used(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.asked_dose(database, smith, await factories.medicine(database, anna, mum))
    before = await catalog_of(database_url)
    await database.close()
    await runner.reset(database_url, serving_url=database_url)
    assert await catalog_of(database_url) == before
    async with without_walls(database_url) as connection:
        for table in Base.metadata.tables:
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0


@pytest.mark.parametrize(
    "change",
    [{"password": "wrong"}, {"database": "not_there"}, {"query": {"host": "/nowhere"}}],
    ids=["password", "database", "server"],
)
async def test_a_database_out_of_reach_is_one_plain_sentence(
    database_url: str, change: dict[str, object]
) -> None:
    wrong = make_url(database_url).set(**change).render_as_string(hide_password=False)  # type: ignore[arg-type]
    with pytest.raises(MigrationError) as refused:
        await runner.upgrade(wrong, serving_url=wrong)
    assert "\n" not in str(refused.value)
    assert "wrong" not in str(refused.value)


async def test_a_revision_that_does_not_exist_is_one_plain_sentence(database_url: str) -> None:
    with pytest.raises(MigrationError, match="9999"):
        await runner.downgrade(database_url, revision="9999")


async def test_what_people_recorded_survives_the_way_to_the_first_day_and_back(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    needed = AsNeeded(factories.daily("08:00").starts_on)
    ibuprofen = await factories.medicine(database, anna, mum, name="Ibuprofen", schedule=needed)
    dose = await factories.asked_dose(database, smith, aspirin)
    for work in (
        lambda scope: refills.refill(scope, aspirin.id, Decimal(30), unit="mg"),
        lambda scope: recording.record_doses(scope, [dose.id], status=DoseStatus.TAKEN),
        lambda scope: intakes.give(scope, ibuprofen.id),
    ):
        await factories.acting(database, anna, work)
    await database.close()
    await runner.downgrade(database_url, revision="0001")
    async with without_walls(database_url) as connection:
        kept = await connection.execute(
            text("SELECT name, schedule ->> 'version' AS version, deleted_at FROM medications")
        )
        found = {row.name: (row.version, row.deleted_at is None) for row in kept}
        assert found == {"Aspirin": ("1", True), "Ibuprofen": ("2", False)}
        assert await connection.scalar(text("SELECT count(*) FROM medication_logs")) == 1
    await runner.upgrade(database_url, serving_url=database_url)
    (first, *_) = await factories.doses_of(database, smith, aspirin)
    assert (first.status, first.taken_at) == (DoseStatus.TAKEN, first.resolved_at)
    again = await factories.acting(
        database, anna, lambda scope: reading.get_medication(scope, aspirin.id)
    )
    assert again.schedule == aspirin.schedule


async def test_clocks_counts_and_debts_survive_the_way_to_0003_and_back(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    dose = await factories.asked_dose(
        database, smith, await factories.medicine(database, anna, mum)
    )
    double = Dosage("200 mg", Decimal(200), "mg")
    await factories.acting(
        database,
        anna,
        lambda scope: recording.record_doses(
            scope, [dose.id], status=DoseStatus.TAKEN, given=double, dose_count=Decimal(2)
        ),
    )
    async with without_walls(database_url, keep=True) as connection:
        for change in (
            "medications SET stock = -2, stock_unit = 'tablet'",
            "medications SET stock_per_dose = 1, stock_dose_amount = 200, stock_dose_unit = 'mg'",
            "medications SET status = 'paused', is_paused_with_person = true",
            "care_recipients SET paused_at = clock_now()",
        ):
            await connection.execute(text(f"UPDATE {change}"))
    await database.close()
    await runner.downgrade(database_url, revision="0003")
    async with without_walls(database_url) as connection:
        assert await connection.scalar(text("SELECT stock FROM medications")) == 0
        assert await connection.scalar(text("SELECT sum(change) FROM stock_movements")) == 2
        # 200 mg are one tablet, so the 100 mg of the medicine are half of one.
        half = await connection.scalar(text("SELECT stock_per_dose FROM medications"))
        assert half == Decimal("0.5")
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        found = await connection.execute(
            text("SELECT dose_count, timezone, taken_timezone FROM doses WHERE status = 'taken'")
        )
        assert [tuple(row) for row in found] == [(2, "Europe/London", "Europe/London")]
        measure = await connection.execute(
            text("SELECT stock_per_dose, stock_dose_amount, stock_dose_unit FROM medications")
        )
        assert [tuple(row) for row in measure] == [(half, 100, "mg")]
        clocks = await connection.scalars(text("SELECT DISTINCT timezone FROM medication_logs"))
        assert clocks.all() == ["Europe/London"]


async def test_who_wants_no_news_of_changes_survives_neither_the_way_to_0007_nor_breaks_it(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    await factories.member(database, anna)
    mum = await factories.person(database, anna)
    await factories.medicine(database, anna, mum)
    kinds = text("SELECT kind FROM notifications ORDER BY kind")
    async with without_walls(database_url, keep=True) as connection:
        assert (await connection.scalars(kinds)).all() == ["changes", "joined"]
        await connection.execute(text("UPDATE family_members SET hears_of_changes = false"))
    await database.close()
    await runner.downgrade(database_url, revision="0007")
    async with without_walls(database_url) as connection:
        assert (await connection.scalars(kinds)).all() == ["joined"]
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        hears = await connection.scalars(text("SELECT hears_of_changes FROM family_members"))
        assert hears.all() == [True, True]
        assert await connection.scalar(text("SELECT count(*) FROM medications")) == 1


async def test_a_call_for_help_is_forgotten_on_the_way_to_0009_and_the_rest_stays(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    await factories.member(database, anna)
    await factories.acting(database, anna, tell_family)
    kinds = text("SELECT kind FROM notifications ORDER BY kind")
    async with without_walls(database_url, keep=True) as connection:
        assert (await connection.scalars(kinds)).all() == ["alarm", "joined"]
    await database.close()
    await runner.downgrade(database_url, revision="0009")
    async with without_walls(database_url) as connection:
        assert (await connection.scalars(kinds)).all() == ["joined"]
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        assert (await connection.scalars(kinds)).all() == ["joined"]


async def test_what_a_medicine_is_also_called_is_forgotten_on_the_way_to_0010(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    await factories.acting(database, anna, lambda scope: add_nickname(scope, aspirin.id, "white"))
    [line] = await factories.acting(database, anna, reading.list_medicines)
    assert line.nicknames == ("white",)
    await database.close()
    await runner.downgrade(database_url, revision="0010")
    await runner.upgrade(database_url, serving_url=database_url)
    [after] = await factories.acting(database, anna, reading.list_medicines)
    assert after == replace(line, nicknames=())


async def test_a_dose_in_the_middle_of_its_ladder_survives_the_way_to_0011_and_back(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    dose = await factories.asked_dose(
        database, smith, await factories.medicine(database, anna, mum)
    )
    await factories.acting(
        database, anna, lambda scope: hold_slot(scope, mum.id, dose.due_at, part=0)
    )
    await database.close()
    await runner.downgrade(database_url, revision="0011")
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text("SELECT ladder_step, next_action_at, rung, held_until FROM doses WHERE id = :id"),
            {"id": dose.id},
        )
        # The older program only knows that it is missed when its window ends.
        assert list(rows.one()) == ["miss", dose.window_ends_at, 0, None]


async def test_who_is_asked_first_is_forgotten_on_the_way_to_0012_and_the_rest_stays(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    ben = await factories.member(database, anna, name="Ben")
    aspirin = await factories.medicine(database, anna, mum)
    await factories.acting(database, anna, lambda scope: set_asked_first(scope, mum.id, [ben.id]))
    await factories.acting(
        database, anna, lambda scope: set_medicine_ladder(scope, aspirin.id, LadderPlan.STEEP)
    )
    await factories.acting(database, anna, lambda scope: set_family_ladder(scope, LadderPlan.ONCE))
    await factories.acting(database, anna, send_test)
    await database.close()
    await runner.downgrade(database_url, revision="0012")
    async with without_walls(database_url) as connection:
        kinds = await connection.scalars(text("SELECT kind FROM notifications"))
        assert not {"test", "asked_first"} & set(kinds)
    await runner.upgrade(database_url, serving_url=database_url)
    [asked] = await factories.acting(database, anna, list_asked_first)
    assert [each.is_named for each in asked.candidates] == [False, False]
    assert await factories.acting(database, anna, get_family_ladder) is LadderPlan.USUAL
    facts = await factories.acting(
        database, anna, lambda scope: reading.get_medication(scope, aspirin.id)
    )
    assert facts.ladder is None


async def test_what_each_hears_is_forgotten_on_the_way_to_0013_and_who_is_asked_first_stays(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    ben = await factories.member(database, anna, name="Ben")
    await factories.medicine(database, anna, mum)
    await factories.acting(database, anna, lambda scope: set_asked_first(scope, mum.id, [anna.id]))
    await factories.acting(database, ben, lambda scope: set_hearing(scope, mum.id, Hears.DIGEST))
    await factories.acting(database, ben, lambda scope: set_hour_cycle(scope, HourCycle.H12))
    quiet = QuietHours(time(22), time(7))
    await factories.acting(database, ben, lambda scope: set_quiet(scope, quiet))
    four_hours = timedelta(hours=4)
    await factories.acting(database, anna, lambda scope: set_window(scope, four_hours))
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text(
                "INSERT INTO notifications (id, family_id, user_id, kind, lane, deadline_at)"
                " SELECT gen_random_uuid(), family_id, user_id, 'digest', 6, clock_now()"
                " FROM family_members"
            )
        )
    await database.close()
    await runner.downgrade(database_url, revision="0013")
    async with without_walls(database_url) as connection:
        kinds = await connection.scalars(text("SELECT kind FROM notifications"))
        assert "digest" not in set(kinds)
        doses = await connection.scalars(text("SELECT window_ends_at - due_at FROM doses"))
        assert set(doses) == {four_hours}  # what was promised of a dose stays
    await runner.upgrade(database_url, serving_url=database_url)
    [asked] = await factories.acting(database, anna, list_asked_first)
    assert [(each.is_named, each.hears) for each in asked.candidates] == [
        (True, Hears.EVERYTHING),
        (False, Hears.EVERYTHING),
    ]
    hours = await factories.acting(database, ben, get_hours)
    assert (hours.morning_at, hours.quiet) == (None, None)
    assert await factories.acting(database, anna, get_window) == timedelta(hours=2)


async def _take_and_undo(database: Database, who: factories.Account, dose_id: UUID) -> None:
    for work in (
        lambda scope: recording.record_doses(scope, [dose_id], status=DoseStatus.TAKEN),
        lambda scope: undo.undo_doses(scope, [dose_id]),
    ):
        await factories.acting(database, who, work)


async def test_the_order_of_records_survives_the_way_to_0015_and_back(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    dose = await factories.asked_dose(
        database, smith, await factories.medicine(database, anna, mum)
    )
    await _take_and_undo(database, anna, dose.id)
    order = text("SELECT status FROM medication_logs ORDER BY sequence")
    await database.close()
    await runner.downgrade(database_url, revision="0015")
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        assert (await connection.scalars(order)).all() == ["taken", "undone"]
    await _take_and_undo(database, anna, dose.id)  # what is recorded from now on comes behind
    async with without_walls(database_url) as connection:
        assert (await connection.scalars(order)).all() == ["taken", "undone"] * 2


async def test_a_group_is_lost_on_the_way_to_0016_and_private_cards_stay(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.bound_group(database, anna, -100)
    await factories.asked_dose(database, smith, await factories.medicine(database, anna, mum))
    await factories.deliver(database)
    receivers = text("SELECT user_id, group_id IS NULL FROM notifications WHERE kind = 'slot_card'")
    async with without_walls(database_url) as connection:
        assert len((await connection.execute(receivers)).all()) == 2
    await database.close()
    await runner.downgrade(database_url, revision="0016")
    cards = text("SELECT user_id FROM notifications WHERE kind = 'slot_card'")
    async with without_walls(database_url) as connection:
        assert (await connection.scalars(cards)).all() == [anna.id]
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        assert (await connection.execute(receivers)).all() == [(anna.id, True)]
    await factories.bound_group(database, anna, -100)


async def test_what_was_set_aside_and_closed_survives_the_way_to_0004_and_back(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.asked_dose(database, smith, await factories.medicine(database, anna, mum))
    await factories.deliver(database)
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text(
                "INSERT INTO set_asides (id, family_id, kind, subject_id, reason)"
                " SELECT gen_random_uuid(), family_id, 'dose', id, 'KeyError' FROM doses LIMIT 1"
            )
        )
        await connection.execute(text("UPDATE notifications SET status = 'closed'"))
        await connection.execute(
            text(
                "INSERT INTO inbound_updates (update_id, chat_id, payload, status, reason)"
                " VALUES (1, 1, '{}', 'set_aside', 'KeyError')"
            )
        )
    await database.close()
    await runner.downgrade(database_url, revision="0004")
    async with without_walls(database_url) as connection:
        statuses = await connection.scalars(text("SELECT DISTINCT status FROM notifications"))
        assert statuses.all() == ["obsolete"]
        assert await connection.scalar(text("SELECT payload FROM inbound_updates")) is None
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        assert await connection.scalar(text("SELECT count(*) FROM set_asides")) == 0
        assert await connection.scalar(text("SELECT count(*) FROM doses")) > 0


async def test_what_is_said_of_one_occurrence_and_calendars_survive_the_way_to_0005_and_back(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.appointment(database, anna, mum, rule="FREQ=WEEKLY")
    async with without_walls(database_url, keep=True) as connection:
        for statement in (
            (
                "UPDATE appointment_occurrences SET own_remind_before = '{30}',"
                """ own_details = '{"place": "Room 7"}'"""
            ),
            (
                "INSERT INTO notifications (id, family_id, user_id, kind, lane, deadline_at)"
                " SELECT gen_random_uuid(), family_id, user_id, 'calendar', 5, clock_now()"
                " FROM family_members"
            ),
        ):
            await connection.execute(text(statement))
    await database.close()
    await runner.downgrade(database_url, revision="0005")
    async with without_walls(database_url) as connection:
        assert await connection.scalar(text("SELECT count(*) FROM notifications")) == 0
        planned = await connection.scalar(text("SELECT count(*) FROM appointment_occurrences"))
        assert planned > 50
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        # Whoever added it was sent its file.
        holders = await connection.scalars(text("SELECT user_id FROM calendar_copies"))
        assert holders.all() == [anna.id]
        said = "SELECT count(*) FROM appointment_occurrences WHERE own_details IS NULL"
        assert await connection.scalar(text(said)) == planned


async def test_what_is_known_of_messages_is_lost_on_the_way_to_0006_and_the_rest_stays(
    database: Database, database_url: str
) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text(
                "INSERT INTO inbound_updates (update_id, chat_id, status, message_id, text_digest,"
                " acts, acted_in, was_answer) VALUES (1, 1, 'done', 7, '\\x01',"
                " ARRAY[gen_random_uuid()], gen_random_uuid(), true)"
            )
        )
    await database.close()
    await runner.downgrade(database_url, revision="0006")
    async with without_walls(database_url) as connection:
        row = (await connection.execute(text("SELECT * FROM inbound_updates"))).one()
        assert (row.update_id, row.status) == (1, "done")
        assert "message_id" not in row._fields
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        row = (await connection.execute(text("SELECT * FROM inbound_updates"))).one()
        assert (row.update_id, row.message_id, row.acts, row.was_answer) == (1, None, None, False)


async def test_what_the_label_says_is_lost_on_the_way_to_0008_and_the_times_stay(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    daily = factories.daily("07:30", "20:00")
    moments = replace(daily, moments=(Moment(PartOfDay.BREAKFAST, Relation.BEFORE), None))
    aspirin = await factories.medicine(database, anna, mum, schedule=daily)
    levo = await factories.medicine(database, anna, mum, name="Levo", schedule=moments)
    monthly = replace(daily, days=Monthly(frozenset({23}), every=3))
    ends_early = replace(moments, ends_on=date(2026, 12, 24), last_at=time(7, 30))
    for name, schedule in (("B12", monthly), ("Prednisolone", ends_early)):
        await factories.medicine(database, anna, mum, name=name, schedule=schedule)
    await factories.acting(
        database,
        anna,
        lambda scope: set_day_times(scope, mum.id, {PartOfDay.BEDTIME: time(23)}),
    )
    noted = [
        "UPDATE medications SET instructions = 'with food', reason = 'pain' WHERE id = :id",
        "UPDATE medications SET dosage_most = dosage_amount + 1 WHERE id = :id",
        "UPDATE doses SET most = amount + 1 WHERE medication_id = :id",
        """UPDATE doses SET moment = '{"part"\\: "bedtime"}' WHERE medication_id = :id""",
    ]
    async with without_walls(database_url, keep=True) as connection:
        for statement in noted:
            await connection.execute(text(statement), {"id": aspirin.id})
    await database.close()
    await runner.downgrade(database_url, revision="0008")
    async with without_walls(database_url) as connection:
        rows = await connection.execute(text("SELECT name, schedule, status FROM medications"))
        kept = {row.name: (row.schedule, row.status) for row in rows}
        assert kept["Levo"] == (daily.to_json(), "active")
        assert kept["Aspirin"] == (daily.to_json(), "active")
        assert kept["B12"][1] == kept["Prednisolone"][1] == "stopped"
        open_doses = await connection.scalars(
            text(
                "SELECT DISTINCT m.name FROM doses d JOIN medications m ON m.id = d.medication_id"
                " WHERE d.status = 'pending' ORDER BY m.name"
            )
        )
        assert open_doses.all() == ["Aspirin", "Levo"]
        gone = text("SELECT name FROM medications WHERE deleted_at IS NOT NULL ORDER BY name")
        assert (await connection.scalars(gone)).all() == ["B12", "Prednisolone"]
    await runner.upgrade(database_url, serving_url=database_url)
    listed = await factories.acting(database, anna, reading.list_medicines)
    assert [(line.name, line.schedule) for line in listed] == [("Aspirin", daily), ("Levo", daily)]
    async with without_walls(database_url) as connection:
        lost = await connection.execute(
            text(
                "SELECT instructions, reason, dosage_most, most, moment, day_times"
                " FROM medications m JOIN doses d ON d.medication_id = m.id"
                " JOIN care_recipients c ON c.id = m.care_recipient_id"
            )
        )
        assert {tuple(row) for row in lost} == {(None,) * 6}
    assert len(await factories.doses_of(database, smith, levo)) == 2


async def test_where_changes_were_made_is_lost_on_the_way_to_0016_and_what_was_removed_stays_so(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    aspirin = await factories.medicine(database, anna, mum)
    await factories.acting(database, anna, lambda scope: delete_medication(scope, aspirin.id))
    async with without_walls(database_url, keep=True) as connection:
        for statement in (
            "UPDATE audit_events SET origin = 'group'",
            (
                "INSERT INTO set_asides (id, family_id, kind, subject_id, reason)"
                " SELECT gen_random_uuid(), id, 'notification', id, 'KeyError' FROM families"
            ),
        ):
            await connection.execute(text(statement))
    await database.close()
    await runner.downgrade(database_url, revision="0016")
    async with without_walls(database_url) as connection:
        assert await connection.scalar(text("SELECT count(*) FROM set_asides")) == 0
        row = (await connection.execute(text("SELECT * FROM audit_events LIMIT 1"))).one()
        assert "origin" not in row._fields
        gone = text("SELECT count(*) FROM medications WHERE deleted_at IS NOT NULL")
        assert await connection.scalar(gone) == 1
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        origins = await connection.scalars(text("SELECT DISTINCT origin FROM audit_events"))
        assert origins.all() == [None]
    thing = RemovedKind.MEDICINE
    await factories.acting(database, anna, lambda scope: bring_back_thing(scope, thing, aspirin.id))
    assert [each.name for each in await factories.acting(database, anna, reading.list_medicines)]


async def test_what_was_erased_and_dissolved_survives_the_way_to_0016_and_back(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    ben = await factories.member(database, anna)
    await factories.acting(database, anna, dissolve_family)
    await factories.acting(database, ben, request_export)
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("UPDATE users SET telegram_id = NULL, name = 'former member' WHERE id = :id"),
            {"id": ben.id},
        )
    await database.close()
    await runner.downgrade(database_url, revision="0016")
    async with without_walls(database_url) as connection:
        [telegram_id] = await connection.scalars(
            text("SELECT telegram_id FROM users WHERE id = :id"), {"id": ben.id}
        )
        assert telegram_id < 0  # nobody's account
        kinds = await connection.scalars(text("SELECT kind FROM notifications"))
        assert "family_news" not in kinds.all()
    await runner.upgrade(database_url, serving_url=database_url)
    async with without_walls(database_url) as connection:
        assert await connection.scalar(text("SELECT purge_at FROM families")) is None
        assert await connection.scalar(text("SELECT count(*) FROM exports")) == 0


async def test_whom_to_call_is_lost_on_the_way_to_0022_and_can_be_entered_again(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.contact(database, anna, mum)
    weber = await factories.doctor(database, anna, mum)
    await database.close()
    await runner.downgrade(database_url, revision="0022")
    async with without_walls(database_url) as connection:
        there = text("SELECT to_regclass('emergency_contacts')")
        assert await connection.scalar(there) is None
        assert await connection.scalar(text("SELECT id FROM doctors")) == weber.id
        # What was done stays in the record.
        added = text("SELECT count(*) FROM audit_events WHERE action = 'contact.added'")
        assert await connection.scalar(added) == 1
    await runner.upgrade(database_url, serving_url=database_url)
    assert await factories.acting(database, anna, list_contacts) == []
    rosa = await factories.contact(database, anna, None)
    assert await factories.acting(database, anna, list_contacts) == [rosa]


@pytest.mark.parametrize("revision", ["0021", "head"])
async def test_the_dispatcher_sees_due_doses_and_the_login_nothing_at(
    revision: str, database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.medicine(database, anna, mum)
    await database.close()
    if revision != "head":
        await runner.downgrade(database_url, revision=revision)
    counted = {}
    async with as_owner(database_url) as connection:
        for role in ("carecircle_dispatch", "none"):
            await connection.execute(text("SELECT set_config('role', :role, true)"), {"role": role})
            counted[role] = await connection.scalar(text("SELECT count(id) FROM doses"))
    assert counted["carecircle_dispatch"] > 0
    assert counted["none"] == 0
    await runner.upgrade(database_url, serving_url=database_url)
