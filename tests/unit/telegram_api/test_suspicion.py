"""Was a 429 about one chat or about the whole bot? On a time that passes when the test says so."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.telegram_api.budget import Budget
from bot.telegram_api.suspicion import MAX_CHATS, SPACING, Probe
from domain.models.delivery import Lane
from tests.sending import DUE_AT, FakeTime, Office, settle


class Telegram:
    """Refuses some chats, or the whole bot, until a moment of the office's time."""

    def __init__(self, *, probe_is_counted: bool = True) -> None:
        self.bot_until = 0.0
        self.chats_until: dict[int, float] = {}
        self.probes: list[float] = []
        self._probe_is_counted = probe_is_counted
        self.office = Office(Budget(), probe=self._probe, refuses=self._refuses, latency=0.05)

    def _refuses(self, chat_id: int) -> float:
        until = max(self.bot_until, self.chats_until.get(chat_id, 0.0))
        return max(0.0, until - self.office.time.now())

    async def _probe(self) -> float:
        now = self.office.time.now()
        self.probes.append(now)
        await self.office.time.sleep(0.05)
        return max(0.0, self.bot_until - now) if self._probe_is_counted else 0.0


def never() -> Probe:
    async def probe() -> float:
        await asyncio.Event().wait()
        return 0.0

    return probe


def failing() -> Probe:
    async def probe() -> float:
        raise OSError

    return probe


def saying(seconds: float) -> Probe:
    async def probe() -> float:
        return seconds

    return probe


def times_into(office: Office, first_chat: int) -> list[float]:
    return [at for at, chat_id in office.calls if chat_id >= first_chat]


async def test_the_first_429_of_the_whole_bot_stops_all_until_it_is_over() -> None:
    telegram = Telegram()
    office = telegram.office
    telegram.bot_until = office.time.now() + 30
    for n in range(200):
        office.send(Lane.DUE, n)
        office.send(Lane.INTERACTIVE, 1_000 + n)
    await office.time.run(2.8)
    # What had left before Telegram's first answer arrived.
    assert office.calls[-1][0] <= 1_000.05
    assert len(office.calls) <= 12
    assert len(telegram.probes) == 1
    at_first = len(office.calls)
    await office.time.run(27)
    assert len(office.calls) == at_first
    await office.time.run(30)
    assert len(office.sent) == 400
    await office.close()


async def test_one_chat_s_429_holds_up_the_others_for_a_moment_only() -> None:
    telegram = Telegram()
    office = telegram.office
    telegram.chats_until[7] = office.time.now() + 20
    office.send(Lane.INTERACTIVE, 7)
    await office.time.run(0.05)
    for chat_id in range(100, 120):
        office.send(Lane.INTERACTIVE, chat_id)
    await office.time.run(0.3)
    assert len(office.sent) == 20
    assert office.into(7) == []
    await office.time.run(20)
    assert len(office.into(7)) == 1
    await office.close()


async def test_32_chats_told_429_do_not_hold_up_another_family() -> None:
    telegram = Telegram()
    office = telegram.office
    for chat_id in range(32):
        telegram.chats_until[chat_id] = office.time.now() + 20
        office.send(Lane.INTERACTIVE, chat_id)
    await office.time.run(0.1)
    office.send(Lane.INTERACTIVE, 1_000, name="Taken")
    office.send(Lane.DUE, 1_001, name="card")
    # Thirty have used up a second's messages, and the two behind them are refused one by one.
    await office.time.run(2)
    assert office.names() == ["Taken", "card"]
    assert max(sent.waited for sent in office.sent) < 1.8
    assert len(telegram.probes) <= 3
    await office.time.run(30)
    assert len(office.sent) == 34
    await office.close()


async def test_where_the_probe_is_not_told_sends_are_tried_one_at_a_time_and_then_rarely() -> None:
    telegram = Telegram(probe_is_counted=False)
    office = telegram.office
    telegram.bot_until = office.time.now() + 60
    office.send(Lane.DUE, 0)
    await office.time.run(0.01)
    for n in range(1, 200):
        office.send(Lane.DUE, n)
        office.send(Lane.INTERACTIVE, 1_000 + n)
    await office.time.run(59.9)
    trials = sorted(at for at, _ in office.calls if at > 1_000.055)
    gaps = [b - a for a, b in pairwise(trials)]
    # Telegram's answer and its answer to the probe come on top of a spacing.
    assert max(gaps[:38]) < 0.2
    assert min(gaps[41:]) > SPACING
    assert len(trials) <= MAX_CHATS + 30
    telegram.bot_until = 0.0
    await office.time.run(8)
    assert len(office.sent) > 60  # the first that went through opened it for all
    await office.close()


async def test_one_chat_refused_again_and_again_slows_nobody_down() -> None:
    office = Office(Budget(), refuses=lambda chat_id: 0.5 if chat_id == 7 else 0.0, latency=0.05)
    office.send(Lane.INTERACTIVE, 7)
    await office.time.run(10)
    gaps = [b - a for a, b in pairwise(at for at, _ in office.calls)]
    assert gaps[:5] == pytest.approx([0.55] * 5, abs=0.01)
    await office.close()


@pytest.mark.parametrize("make_probe", [failing, never, lambda: saying(0.0), lambda: None])
async def test_a_probe_that_says_nothing_leaves_it_at_the_chat(
    make_probe: Callable[[], Probe | None],
) -> None:
    office = Office(probe=make_probe())
    office.limiter.pause(20, 7)
    for chat_id in range(7, 12):
        office.send(Lane.DUE, chat_id)
    await office.time.run(3.5)
    assert len(office.sent) == 4
    await office.time.run(17)
    assert len(office.sent) == 5


async def test_nothing_goes_while_the_probe_is_out() -> None:
    office = Office(probe=never())
    office.send(Lane.DUE, 1)
    await office.time.run(0)
    office.limiter.pause(20, 1)
    office.send(Lane.INTERACTIVE, 2)
    office.send(Lane.DUE, 3)
    await office.time.run(2.9)
    assert len(office.sent) == 1
    await office.time.run(0.2)
    assert len(office.sent) == 3


async def test_only_one_probe_is_out_at_a_time() -> None:
    telegram = Telegram()
    for chat_id in range(40):
        telegram.office.limiter.pause(20, chat_id)
    await telegram.office.time.run(1)
    assert len(telegram.probes) == 1


async def test_a_429_that_the_pause_of_all_explains_asks_nobody() -> None:
    telegram = Telegram()
    telegram.office.limiter.pause(20)
    telegram.office.limiter.pause(20, 7)
    await telegram.office.time.run(1)
    assert telegram.probes == []


async def slot(office: Office, chat_id: int) -> float:
    await office.limiter.acquire(Lane.DUE, DUE_AT, chat_id)
    return office.time.now()


async def test_what_left_before_the_429_proves_nothing() -> None:
    office = Office()
    await slot(office, 1)
    office.limiter.pause(20, 2)
    slots = [asyncio.create_task(slot(office, chat_id)) for chat_id in (3, 4)]
    office.limiter.went_through(1)
    await office.time.run(0.15)
    assert [task.done() for task in slots] == [True, False]
    office.limiter.went_through(3)
    await office.time.run(0)
    assert slots[1].done()


async def test_a_slow_chat_holds_up_nobody_after_another_s_429() -> None:
    office = Office()
    office.limiter.pause(60, 1)
    slots = [asyncio.create_task(slot(office, chat_id)) for chat_id in range(2, 6)]
    await office.time.run(45)
    assert [task.result() for task in slots] == pytest.approx([1000.1, 1000.3, 1000.5, 1000.7])
    # A slow answer counts all the same.
    waiting = [asyncio.create_task(slot(office, chat_id)) for chat_id in range(6, 20)]
    await office.time.run(0)
    office.limiter.went_through(2)
    await office.time.run(1)
    assert all(task.done() for task in waiting)


async def test_doubt_ends_by_itself_where_nobody_reports_anything() -> None:
    office = Office()
    office.limiter.pause(1, 1)
    slots = [asyncio.create_task(slot(office, chat_id)) for chat_id in range(2, 20)]
    await office.time.run(12)
    assert all(task.done() for task in slots)


async def test_a_turn_that_is_not_used_lets_the_next_go_at_once() -> None:
    office = Office()
    office.limiter.pause(60, 1)
    slots = [asyncio.create_task(slot(office, chat_id)) for chat_id in (2, 3)]
    await office.time.run(0.15)
    assert not slots[1].done()
    office.limiter.release(2)
    await office.time.run(0.01)
    assert slots[1].done()


async def test_a_send_that_is_cancelled_as_its_turn_comes_lets_the_next_go_at_once() -> None:
    office = Office()
    office.limiter.pause(60, 1)
    first = asyncio.create_task(slot(office, 2))
    await settle()

    async def cancel_with_its_turn() -> None:
        while office.limiter.waiting:
            await asyncio.sleep(0)
        first.cancel()

    cancelling = asyncio.create_task(cancel_with_its_turn())
    await office.time.run(0.5)
    assert cancelling.done()
    assert first.cancelled()
    second = asyncio.create_task(slot(office, 3))
    await office.time.run(0.01)
    assert second.done()


async def test_a_success_ends_what_the_next_429_begins_anew() -> None:
    telegram = Telegram()
    office = telegram.office
    for chat_id in (1, 2, 3):
        telegram.chats_until[chat_id] = office.time.now() + 60
    for round_ in range(3):
        office.send(Lane.INTERACTIVE, 1 + round_)
        await office.time.run(1)
        office.send(Lane.INTERACTIVE, 10 + round_)
        await office.time.run(1)
        assert len(office.sent) == round_ + 1
    assert len(telegram.probes) == 3
    await office.close()


async def test_without_limits_nobody_passes_while_telegram_is_asked() -> None:
    office = Office(Budget.unlimited(), probe=saying(5.0))
    office.limiter.pause(0.1, 1)
    office.send(Lane.DUE, 2)
    await office.time.run(4.9)
    assert office.sent == []
    await office.time.run(0.2)
    assert len(office.sent) == 1


class SlowRedis:
    """Grants everything, a second after it was asked."""

    def __init__(self) -> None:
        self.time: FakeTime | None = None

    def register_script(self, _: str) -> "SlowRedis":
        return self

    async def __call__(self, **_: object) -> tuple[int, int]:
        if self.time is not None:
            await self.time.sleep(1)
        return 0, 0

    async def set(self, *_: object, **__: object) -> None: ...


async def test_a_429_that_comes_while_redis_is_asked_stops_what_it_then_grants() -> None:
    redis = SlowRedis()
    office = Office(redis=cast(Redis, redis), probe=saying(30))
    redis.time = office.time
    office.send(Lane.INTERACTIVE, 1)
    await office.time.run(0.5)
    office.limiter.pause(30, 2)
    await office.time.run(29)
    assert office.sent == []
    await office.time.run(5)
    assert len(office.sent) == 1
    await office.close()


async def test_what_is_cancelled_while_redis_is_asked_holds_up_nobody_later() -> None:
    redis = SlowRedis()
    office = Office(redis=cast(Redis, redis))
    redis.time = office.time
    asked = office.send(Lane.DUE, 1)
    others = [office.send(Lane.DUE, 2) for _ in range(100)]
    await office.time.run(0.5)
    for task in (asked, *others):  # so many that they are swept up at once
        task.cancel()
    await office.time.run(1)
    office.send(Lane.DUE, 3)
    await office.time.run(3)
    office.send(Lane.DUE, 4)
    await office.time.run(3)
    assert [sent.chat_id for sent in office.sent] == [3, 4]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1.5),  # pause before it
            st.sampled_from([Lane.INTERACTIVE, Lane.DUE]),
            st.integers(-1, 8),  # chat
            st.sampled_from(["send"] * 4 + ["cancel", "vanish", "refuse", "refuse all", "unused"]),
        ),
        min_size=1,
        max_size=60,
    ),
    st.booleans(),
)
def test_whatever_telegram_says_all_get_through_in_the_end_and_nothing_stays(
    steps: list[tuple[float, Lane, int, str]], probe_is_counted: bool
) -> None:
    async def scenario() -> None:
        telegram = Telegram(probe_is_counted=probe_is_counted)
        office = telegram.office
        owed = 0
        for seconds, lane, chat_id, what in steps:
            if seconds > 1:  # most come at once
                await office.time.run(seconds - 1)
            if what in ("vanish", "unused"):  # granted, and never reported or not sent

                async def take(chat_id: int, lane: Lane, what: str) -> None:
                    await office.limiter.acquire(lane, DUE_AT, chat_id)
                    if what == "unused":
                        office.limiter.release(chat_id)

                office.tasks.append(asyncio.create_task(take(chat_id, lane, what)))
                continue
            if what == "refuse":
                telegram.chats_until[chat_id] = office.time.now() + 5
            elif what == "refuse all":
                telegram.bot_until = office.time.now() + 5
            task = office.send(lane, chat_id)
            owed += 1
            if what == "cancel":
                await settle()
                owed -= task.cancel()
        await office.time.run(1_500)
        assert len(office.sent) == owed
        assert office.limiter.waiting == 0
        assert all(task.done() for task in office.tasks)
        # One more, long after: nothing is held, and all but its chat is forgotten.
        office.send(Lane.DUE, 99)
        await office.time.run(0.1)
        assert len(office.sent) == owed + 1
        assert not office.limiter._suspicion.is_active
        assert len(office.limiter._lines._chats) == 1

    asyncio.run(scenario())
