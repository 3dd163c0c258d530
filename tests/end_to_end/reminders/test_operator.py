"""The operator hears what is late, without a word about a family; and nobody else is held up."""

from collections.abc import AsyncIterator, Callable, Sequence

import pytest
import pytest_asyncio

from bot.app.app import App
from bot.sandbox import Person
from tests.monitor import Monitor, running_monitor
from tests.town import Household, Town, add_medicine, clock_in_london
from tests.waiting import until

NO_CHAT = 987_654_321
LATE = "CareCircle is late"
OVER = "on time again"


@pytest_asyncio.fixture
async def monitor() -> AsyncIterator[Monitor]:
    async with running_monitor() as monitor:
        yield monitor


@pytest_asyncio.fixture
async def olga(town: Town, home: Household) -> Person:
    """She runs the bot, and has pressed Start."""
    olga = town.person("Olga")
    await olga.start()
    await olga.sees("Hello")
    await town.restart_bot(operator_chat_id=olga.id)
    return olga


async def audit(town: Town, *, times: int = 2) -> None:
    assert town.app is not None
    assert town.app.auditor is not None
    for _ in range(times):
        await town.app.auditor.audit()


async def leave_unanswered(town: Town) -> None:
    """A message of Anna's that another process has taken and doesn't get on with."""
    await town.change(
        "INSERT INTO inbound_updates"
        " (update_id, chat_id, payload, received_at, leased_by, leased_until)"
        " VALUES (1, 1, '{}', CAST(:now AS timestamptz) - interval '3 minutes', gen_random_uuid(),"
        " CAST(:now AS timestamptz) + interval '9 minutes')",
        now=town.clock.now(),
    )


async def answer(town: Town) -> None:
    await town.change("DELETE FROM inbound_updates WHERE update_id = 1")


def alarms(phone: Person) -> Sequence[str]:
    return [m.text for m in phone.messages if LATE in m.text or OVER in m.text]


async def test_the_operator_hears_what_is_late_and_that_it_is_over(
    town: Town, home: Household, olga: Person
) -> None:
    await leave_unanswered(town)
    await audit(town, times=4)
    told = await olga.sees(LATE)
    assert "1 message or tap hasn't been answered (3 minutes late)" in told.text
    assert not any(name in told.text for name in ("Anna", "Ben", "Mum", "Aspirin", "helpers"))
    await answer(town)
    await audit(town, times=4)
    await olga.sees(OVER)
    assert len(alarms(olga)) == 2
    assert not any(alarms(phone) for phone in home)


async def test_an_alarm_that_telegram_did_not_take_comes_with_the_next_audit(
    town: Town, olga: Person
) -> None:
    await leave_unanswered(town)
    town.sandbox.fail_next("sendMessage", status=429, retry_after=1, chat=olga, times=None)
    await audit(town)
    assert town.sandbox.faults_struck("sendMessage")
    assert alarms(olga) == []
    town.sandbox.heal()
    await audit(town, times=1)
    await olga.sees(LATE)
    await audit(town)
    assert len(alarms(olga)) == 1


@pytest.mark.parametrize("chat", ["nobody", "blocked", "not started", "Telegram is away"])
async def test_an_operator_who_cannot_be_told_holds_up_no_card(
    town: Town, home: Household, olga: Person, chat: str, caplog: pytest.LogCaptureFixture
) -> None:
    match chat:
        case "nobody":
            await town.restart_bot(operator_chat_id=NO_CHAT)
        case "not started":
            await town.restart_bot(operator_chat_id=town.person("Otto").id)
        case "blocked":
            olga.block()
        case _:
            town.sandbox.fail_next("sendMessage", status=502, chat=olga, times=None)
    await leave_unanswered(town)
    await audit(town, times=4)
    if chat != "Telegram is away":
        assert caplog.text.count("operator can't be told, see carecircle doctor") == 1
    minute = town.minute(ahead=2)
    await add_medicine(home.anna, f"Aspirin 100 mg at {clock_in_london(minute)}")
    town.jump_to(minute)
    for phone in home:
        await phone.sees(f"Mum · {clock_in_london(minute)}")
    assert alarms(olga) == []


async def test_each_sweep_that_finds_nothing_late_is_a_heartbeat(
    town: Town, home: Household, monitor: Monitor
) -> None:
    await town.restart_bot(heartbeat_url=monitor.url)
    await until(lambda: monitor.pings == 1)
    town.jump_by(seconds=61)
    await until(lambda: monitor.pings == 2)
    await leave_unanswered(town)
    await audit(town)
    assert monitor.pings == 2


async def test_one_of_two_bots_audits(town: Town) -> None:
    first = in_charge(town.app)
    await until(first)
    async with App(town.wiring) as other:
        second = in_charge(other)
        await until(
            lambda: other.wake_ups is not None and other.wake_ups._lease._rounds is not None
        )
        assert (first(), second()) == (True, False)
        await town.stop_bot()
        await until(second)


def in_charge(app: App | None) -> Callable[[], bool]:
    assert app is not None
    wake_ups = app.wake_ups
    assert wake_ups is not None
    return lambda: wake_ups.is_in_charge
