"""What `carecircle doctor` says of the operator's chat, and with `--deep` of the tables."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text

from bot.commands import doctor
from bot.commands.findings import Finding
from bot.embedded import EmbeddedServers
from bot.sandbox import Sandbox
from bot.settings import Settings
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.unit_of_work import Database
from domain.medicines.records import recording
from domain.models.medicines import DoseStatus
from domain.reminders.auditor import ACROSS, WATCHED
from domain.reminders.invariants import IN_FAMILY
from tests import factories
from tests.databases import without_walls

NO_CHAT = -1_000_000_000_042


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def settings(database_url: str, servers: EmbeddedServers, sandbox: Sandbox) -> Settings:
    return Settings(
        database_url=SecretStr(database_url),
        redis_url=SecretStr(servers.redis_url),
        telegram_bot_token=SecretStr(sandbox.token),
        telegram_api_url=sandbox.api_url,
    )


async def examined(settings: Settings, *, deep: bool = False) -> Sequence[Finding]:
    return [finding async for finding in doctor.examine(settings, deep=deep)]


async def of_operator(settings: Settings, chat_id: int) -> Finding:
    """The last finding, and the only one about that chat."""
    findings = await examined(settings.model_copy(update={"operator_chat_id": chat_id}))
    assert all(finding.ok for finding in findings[:-1])
    assert findings[-1].text.startswith("OPERATOR_CHAT_ID: ")
    return findings[-1]


async def test_an_operator_who_can_be_told(settings: Settings, sandbox: Sandbox) -> None:
    olga = sandbox.add_person("Olga")
    await olga.start()
    finding = await of_operator(settings, olga.id)
    assert (finding.ok, finding.text) == (True, "OPERATOR_CHAT_ID: alarms go to a person.")


async def test_an_operators_chat_that_does_not_exist(settings: Settings) -> None:
    finding = await of_operator(settings, NO_CHAT)
    assert not finding.ok
    assert "isn't a chat that the bot knows" in finding.text
    assert "press Start first; a group has to add the bot, and its id is negative" in finding.text


@pytest.mark.parametrize("has_blocked", [True, False])
async def test_an_operator_who_has_not_started_the_bot_or_has_blocked_it(
    settings: Settings, sandbox: Sandbox, has_blocked: bool
) -> None:
    olga = sandbox.add_person("Olga")
    if has_blocked:
        await olga.start()
        olga.block()
    finding = await of_operator(settings, olga.id)
    assert not finding.ok
    assert "press Start (or unblock it)" in finding.text


async def test_without_an_operator_nothing_is_said_of_one(settings: Settings) -> None:
    assert not any("OPERATOR" in finding.text for finding in await examined(settings))


@pytest_asyncio.fixture
async def dose_taken_now(database_url: str) -> None:
    """By the clock of this machine, which is the doctor's; two families, and a stock."""
    database = Database(make_engine(database_url), clock=Clock())
    for name in ("Anna", "Eve"):
        account = await factories.user(database, name)
        family = await factories.family(database, account)
        mum = await factories.person(database, account)
        now = database.clock.now()
        medicine = await factories.medicine(
            database,
            account,
            mum,
            schedule=factories.daily(
                f"{now:%H:%M}",
                f"{now + timedelta(hours=2):%H:%M}",
                starts_on=now.date() - timedelta(days=1),
            ),
        )
        [dose, *_] = await factories.doses_of(database, family, medicine)
        await factories.acting(
            database,
            account,
            lambda scope, id_=dose.id: recording.record_doses(  # type: ignore[misc]
                scope, [id_], status=DoseStatus.TAKEN
            ),
        )
    await database.close()


async def deep(settings: Settings) -> Sequence[Finding]:
    findings = await examined(settings, deep=True)
    return [finding for finding in findings if finding.text.startswith("Invariant ")]


async def test_a_line_for_each_invariant_that_holds(
    settings: Settings, dose_taken_now: None
) -> None:
    found = await deep(settings)
    assert all(finding.ok for finding in found), [f.text for f in found if not f.ok]
    # And the one about edits, and the one about all the keys.
    assert len(found) == len(WATCHED) + len(ACROSS) + len(IN_FAMILY) + 2
    numbers = [int(finding.text.split()[1].rstrip(":")) for finding in found]
    assert numbers == sorted(numbers)
    assert set(numbers) == {1, 2, 3, 5, 6, 7, 8}


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "DELETE FROM medication_logs",
            "Invariant 1: the state of a dose is that of its last record: 2 rows break this",
        ),
        (
            "UPDATE medications SET stock = 5, stock_unit = 'mg'",
            "Invariant 5: the stock is the sum of its movements,",
        ),
        (
            """
            INSERT INTO inbound_updates (update_id, chat_id, payload, received_at)
            VALUES (1, 1, '{}', '2026-01-02 03:04Z')
            """,
            "Invariant 6: an update is answered within two minutes: 1 row breaks this, since 2026",
        ),
        (
            """
            ALTER TABLE care_recipients DROP CONSTRAINT fk_care_recipients_family_id_user_id;
            UPDATE care_recipients c SET user_id = u.id FROM users u
            WHERE u.current_family_id <> c.family_id
            """,
            "Invariant 7: care_recipients refers to its own family's family_members: 2 rows",
        ),
        (
            """
            ALTER TABLE doses DROP CONSTRAINT fk_doses_family_id_medication_id;
            UPDATE doses d SET medication_id = m.id, occurrence_key = occurrence_key || '+'
            FROM medications m WHERE m.family_id <> d.family_id AND d.status = 'taken'
            """,
            "Invariant 7: a dose is for the person of its medication: 2 rows break this",
        ),
        (
            "UPDATE doses SET next_action_at = NULL WHERE status = 'pending'",
            "Invariant 8: an open dose has a timer: ",
        ),
    ],
)
async def test_what_breaks_an_invariant_is_counted_over_all_families(
    settings: Settings, dose_taken_now: None, database_url: str, damage: str, said: str
) -> None:
    async with without_walls(database_url, keep=True) as connection:
        for statement in damage.split(";"):
            await connection.execute(text(statement))
    wrong = [finding.text for finding in await deep(settings) if not finding.ok]
    assert any(sentence.startswith(said) for sentence in wrong), wrong


async def test_buttons_that_stay_are_found_by_looking_twice(
    settings: Settings, dose_taken_now: None, database_url: str
) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("""
                INSERT INTO notifications (id, family_id, user_id, kind, lane, deadline_at, status,
                    chat_id, message_id, sent_at, shown_version, wanted_version)
                SELECT gen_random_uuid(), family_id, user_id, 'joined', 4, now(), 'sent',
                    1, 1, now(), 1, 2 FROM family_members LIMIT 1
            """)
        )
    [wrong] = [finding.text for finding in await deep(settings) if not finding.ok]
    assert wrong.startswith(
        "Invariant 3: a message that has changed is edited within ten seconds: 1 row breaks this"
    )
