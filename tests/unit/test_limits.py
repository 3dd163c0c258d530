"""Telegram's limits, on a time that passes when the test says so."""

import asyncio
import random
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reminders.limits import Budget, Limiter
from domain.notifications import Lane

DUE_AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class FakeTime:
    """Jumps from one awaited moment to the next as soon as nobody has anything to do."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self.seconds

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        happened: asyncio.Future[Any] = asyncio.ensure_future(event.wait())
        if seconds is not None:
            heappush(self._sleepers, (self.seconds + seconds, id(over), over))
        await asyncio.wait([over, happened], return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        happened.cancel()

    async def sleep(self, seconds: float) -> None:
        await self.wait(asyncio.Event(), seconds)

    async def run(self, seconds: float) -> None:
        """Let *seconds* pass."""
        end = self.seconds + seconds
        while True:
            await settle()
            while self._sleepers and self._sleepers[0][2].done():
                heappop(self._sleepers)
            if not self._sleepers or self._sleepers[0][0] > end:
                break
            self.seconds = max(self.seconds, self._sleepers[0][0])
            heappop(self._sleepers)[2].set_result(None)
        self.seconds = end
        await settle()


async def settle() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Sent:
    at: float
    lane: Lane
    chat_id: int
    waited: float
    name: object


class Office:
    """Sends through a limiter and remembers when what went out."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.time = FakeTime()
        self.limiter = Limiter(None, budget or STRICT, timepiece=self.time)
        self.sent: list[Sent] = []
        self.tasks: list[asyncio.Task[None]] = []

    def send(
        self, lane: Lane, chat_id: int, *, deadline: datetime = DUE_AT, name: object = None
    ) -> asyncio.Task[None]:
        async def wait() -> None:
            asked_at = self.time.now()
            await self.limiter.slot(lane, deadline, chat_id)
            at = self.time.now()
            self.sent.append(Sent(at, lane, chat_id, at - asked_at, name))

        task = asyncio.create_task(wait())
        self.tasks.append(task)
        return task

    def names(self) -> list[object]:
        return [sent.name for sent in self.sent]

    def of(self, *lanes: Lane) -> list[Sent]:
        return [sent for sent in self.sent if sent.lane in lanes]

    def into(self, chat_id: int) -> list[Sent]:
        return [sent for sent in self.sent if sent.chat_id == chat_id]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    office = Office()
    yield office
    for task in office.tasks:
        task.cancel()
    await settle()


def most_within_a_second(sent: Iterable[Sent]) -> int:
    times = [each.at for each in sent]
    return max(i + 1 - bisect_left(times, at - 1 + 1e-6) for i, at in enumerate(times))


# One a second into a chat for the bulk, to see its pace; bursts have tests of their own.
STRICT = Budget(interactive_burst=3, bulk_burst=0)
BULK = [lane for lane in Lane if lane is not Lane.INTERACTIVE]


async def test_one_message_goes_at_once(office: Office) -> None:
    office.send(Lane.DUE, 1)
    await office.time.run(0)
    assert len(office.sent) == 1


async def test_the_bulk_goes_evenly_and_uses_its_budget(office: Office) -> None:
    for chat_id in range(1_200):
        office.send(Lane.DUE, chat_id)
    await office.time.run(40)
    assert 0.97 * 25 * 40 <= len(office.sent) <= 25 * 40 + 1
    assert most_within_a_second(office.sent) <= 25
    gaps = [b.at - a.at for a, b in pairwise(office.sent)]
    assert max(gaps) < 0.05


async def test_the_higher_lane_goes_first_and_then_the_earlier_deadline(office: Office) -> None:
    messages = [(lane, DUE_AT + timedelta(minutes=minute)) for lane in BULK for minute in range(3)]
    shuffled = random.Random(5).sample(messages, len(messages))  # noqa: S311
    for chat_id, (lane, deadline) in enumerate(shuffled):
        office.send(lane, chat_id, deadline=deadline, name=(lane, deadline))
    await office.time.run(5)
    assert office.names() == messages


async def test_what_comes_later_but_is_more_urgent_overtakes(office: Office) -> None:
    for chat_id in range(100):
        office.send(Lane.DIGESTS, chat_id)
    await office.time.run(1)
    office.send(Lane.CRITICAL, 1_000)
    await office.time.run(0.05)
    assert office.sent[-1].chat_id == 1_000


async def test_an_answer_need_not_wait_for_the_bulk(office: Office) -> None:
    for chat_id in range(1_000):
        office.send(Lane.CRITICAL, chat_id)
    for n in range(80):
        await office.time.run(0.25)
        office.send(Lane.INTERACTIVE, 5_000 + n)
    await office.time.run(1)
    answers = office.of(Lane.INTERACTIVE)
    assert len(answers) == 80
    assert max(answer.waited for answer in answers) < 0.1
    assert len(office.of(Lane.CRITICAL)) >= 0.97 * 25 * 21
    assert most_within_a_second(office.sent) <= 30


async def test_answers_may_use_what_the_bulk_leaves(office: Office) -> None:
    for chat_id in range(100):
        office.send(Lane.INTERACTIVE, chat_id)
    await office.time.run(0)
    assert len(office.sent) == 30
    await office.time.run(1.1)
    assert len(office.sent) == 60
    await office.time.run(3)
    assert len(office.sent) == 100
    assert most_within_a_second(office.sent) <= 30


async def test_a_flood_of_answers_goes_before_the_bulk_but_not_for_ever(office: Office) -> None:
    for chat_id in range(60):
        office.send(Lane.CRITICAL, chat_id)
        office.send(Lane.INTERACTIVE, 1_000 + chat_id)
    await office.time.run(2.5)
    assert len(office.of(Lane.INTERACTIVE)) == 60
    await office.time.run(3)
    assert len(office.sent) == 120
    assert most_within_a_second(office.sent) <= 30


async def test_a_chat_gets_one_bulk_message_a_second_and_holds_up_nobody(office: Office) -> None:
    for n in range(10):
        office.send(Lane.CRITICAL, 7, name=n)
    for chat_id in range(100, 150):
        office.send(Lane.DIGESTS, chat_id)
    await office.time.run(9.5)
    busy = office.into(7)
    assert [sent.name for sent in busy] == list(range(10))
    assert min(b.at - a.at for a, b in pairwise(busy)) >= 1 - 1e-6
    assert max(sent.at for sent in office.of(Lane.DIGESTS)) < busy[3].at


async def test_a_card_does_not_wait_because_somebody_has_been_chatting() -> None:
    office = Office(Budget())
    for n in range(3):
        office.send(Lane.INTERACTIVE, 7, name=n)
    office.send(Lane.DUE, 7, name="card")
    await office.time.run(0.1)
    assert office.names() == [0, 1, 2, "card"]


async def test_in_one_chat_the_more_urgent_goes_first(office: Office) -> None:
    office.send(Lane.DUE, 7, name="first")
    await office.time.run(0)
    office.send(Lane.DIGESTS, 7, name="digest")
    office.send(Lane.EDITS, 7, name="edit")
    office.send(Lane.INTERACTIVE, 7, name="answer")
    await office.time.run(10)
    assert office.names() == ["first", "answer", "edit", "digest"]


async def test_answers_into_one_chat_may_burst_a_little(office: Office) -> None:
    for _ in range(8):
        office.send(Lane.INTERACTIVE, 7)
    await office.time.run(0)
    assert len(office.sent) == 4
    await office.time.run(4)
    assert len(office.sent) == 8


async def test_a_group_gets_twenty_in_a_minute(office: Office) -> None:
    for _ in range(40):
        office.send(Lane.DUE, -100_1)
    await office.time.run(59.9)
    assert len(office.sent) == 20


async def test_everybody_waits_when_telegram_says_so(office: Office) -> None:
    office.limiter.pause(10)
    office.send(Lane.INTERACTIVE, 1)
    office.send(Lane.DUE, 2)
    await office.time.run(9.9)
    assert office.sent == []
    office.limiter.pause(1)
    await office.time.run(0.5)
    assert office.sent == []
    await office.time.run(0.6)
    assert len(office.sent) == 2


async def test_one_chat_waits_when_telegram_says_so_of_it(office: Office) -> None:
    office.limiter.pause(10, 1)
    for lane in (Lane.INTERACTIVE, Lane.DUE):
        office.send(lane, 1)
        office.send(lane, 2)
    await office.time.run(9.9)
    assert {sent.chat_id for sent in office.sent} == {2}
    await office.time.run(2)
    assert len(office.into(1)) == 2


async def test_a_pause_begun_while_sends_wait_holds_them(office: Office) -> None:
    for _ in range(5):
        office.send(Lane.DUE, 1)
    await office.time.run(1.5)
    office.limiter.pause(10, 1)
    await office.time.run(9.9)
    assert len(office.sent) == 2
    await office.time.run(4)
    assert len(office.sent) == 5


async def test_a_cancelled_send_uses_nothing_up(office: Office) -> None:
    tasks = [office.send(Lane.DUE, chat_id, name=chat_id) for chat_id in range(1_000)]
    await office.time.run(1)
    sent = office.names()
    for task in tasks[len(sent) : -3]:
        task.cancel()
    await office.time.run(0.2)
    assert office.names() == [*sent, 997, 998, 999]
    assert office.limiter.waiting == 0


async def test_when_all_are_cancelled_nothing_is_left(office: Office) -> None:
    tasks = [office.send(Lane.DUE, chat_id % 10) for chat_id in range(50)]
    await office.time.run(1)
    for task in tasks:
        task.cancel()
    await office.time.run(5)
    assert office.limiter.waiting == 0
    office.send(Lane.DUE, 99)
    await office.time.run(0)
    assert office.sent[-1].chat_id == 99


async def test_what_is_over_is_forgotten(office: Office) -> None:
    for chat_id in range(500):
        office.send(Lane.DUE, chat_id)
        office.send(Lane.INTERACTIVE, chat_id)
        office.limiter.pause(3, 10_000 + chat_id)
    await office.time.run(60)
    office.send(Lane.DUE, 1)
    await office.time.run(0)
    assert len(office.sent) == 1_001
    assert len(office.limiter._chats) == 1
    assert sum(len(listed) for listed in office.limiter._listed) <= 2
    assert len(office.limiter._resting) <= 2


async def test_abandoned_sends_do_not_pile_up_during_a_long_pause(office: Office) -> None:
    office.limiter.pause(3_600)
    for chat_id in range(3_000):
        office.send(Lane.DUE, chat_id).cancel()
        task = office.send(Lane.DUE, chat_id % 7)
        await asyncio.sleep(0)
        task.cancel()
    await office.time.run(1)
    assert office.limiter.waiting == 0
    assert len(office.limiter._chats) <= 7
    assert sum(len(listed) for listed in office.limiter._listed) <= 200


async def test_without_limits_nobody_waits() -> None:
    limiter = Limiter(None, Budget.unlimited())
    slot = limiter.slot(Lane.DIGESTS, DUE_AT, 1)
    with pytest.raises(StopIteration):  # it returned without asking the loop for anything
        slot.send(None)


async def test_without_limits_a_pause_is_kept_all_the_same() -> None:
    office = Office(Budget.unlimited())
    office.limiter.pause(5, 1)
    for chat_id in (1, 1, 2, 2):
        office.send(Lane.DUE, chat_id)
    await office.time.run(4.9)
    assert [sent.chat_id for sent in office.sent] == [2, 2]
    await office.time.run(0.2)
    assert [sent.chat_id for sent in office.sent] == [2, 2, 1, 1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 2),  # pause before it
            st.sampled_from(Lane),
            st.integers(-2, 6),  # chat
            st.sampled_from(["send"] * 12 + ["cancel", "pause", "pause all"]),
        ),
        min_size=1,
        max_size=150,
    )
)
def test_whatever_comes_the_limits_are_kept_and_nobody_is_forgotten(
    steps: list[tuple[float, Lane, int, str]],
) -> None:
    async def scenario() -> None:
        office = Office()
        cancelled = 0
        for pause, lane, chat_id, what in steps:
            if pause > 1:  # most come at once
                await office.time.run(pause - 1)
            task = office.send(lane, chat_id)
            if what == "pause":
                office.limiter.pause(pause, chat_id)
            elif what == "pause all":
                office.limiter.pause(pause)
            elif what == "cancel":
                await settle()
                cancelled += task.cancel()
        await office.time.run(600)
        assert len(office.sent) == len(steps) - cancelled
        assert most_within_a_second(office.sent) <= 30
        assert most_within_a_second(office.of(*BULK) or office.sent[:1]) <= 25
        for chat_id in range(-2, 7):
            of_chat = [sent.at for sent in office.into(chat_id) if sent.lane in BULK]
            pause = 3 if chat_id < 0 else 1
            assert all(b - a >= pause - 1e-6 for a, b in pairwise(of_chat))

    asyncio.run(scenario())
