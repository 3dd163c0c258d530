"""Telegram's limits, on a time that passes when the test says so."""

import asyncio
import random
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram_api.budget import Budget
from bot.telegram_api.limits import Limiter
from domain.models.delivery import Lane
from tests.sending import DUE_AT, STRICT, Office, Sent, settle


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    office = Office()
    yield office
    await office.close()


def fewest_within(seconds: float, sent: Iterable[Sent], *, until: float) -> int:
    """In any such span that begins with one of *sent*, without that one."""
    times = [each.at for each in sent]
    return min(
        bisect_left(times, at + seconds + 1e-6) - bisect_left(times, at + 1e-6)
        for at in times
        if at + seconds < until
    )


def most_within_a_second(sent: Iterable[Sent]) -> int:
    times = [each.at for each in sent]
    return max(i + 1 - bisect_left(times, at - 1 + 1e-6) for i, at in enumerate(times))


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
    assert max(gaps) < 0.15  # its second's share has left a little before the second is over


async def test_a_second_s_worth_of_cards_has_left_within_nine_tenths_of_it(office: Office) -> None:
    for chat_id in range(25):
        office.send(Lane.DUE, chat_id)
    await office.time.run(0.9)
    assert len(office.sent) == 25


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


async def test_a_flood_of_answers_leaves_the_bulk_its_share(office: Office) -> None:
    for n in range(600):
        office.send(Lane.INTERACTIVE, n)
        office.send(Lane.DIGESTS, 10_000 + n)
    await office.time.run(20)
    answers, bulk = office.of(Lane.INTERACTIVE), office.of(Lane.DIGESTS)
    assert fewest_within(1.0, bulk, until=office.time.now()) >= 20
    assert fewest_within(1.01, answers, until=office.time.now()) >= 5
    assert most_within_a_second(office.sent) <= 30


async def test_the_bulk_that_meets_a_flood_of_answers_gets_its_share_from_the_next_second_on(
    office: Office,
) -> None:
    for n in range(600):
        office.send(Lane.INTERACTIVE, n)
    await office.time.run(5.3)
    began_at = office.time.now()
    for n in range(200):
        office.send(Lane.DUE, 10_000 + n)
    await office.time.run(6)
    bulk = [sent.at for sent in office.of(Lane.DUE)]
    assert bulk[0] - began_at <= 1.01
    assert len([at for at in bulk if at < began_at + 1.01 + 4]) >= 80


async def test_thirty_people_chatting_do_not_starve_the_reminders() -> None:
    office = Office(Budget())
    for n in range(60 * 30):
        office.send(Lane.INTERACTIVE, n % 30)
    for n in range(200):
        office.send(Lane.DUE, 1_000 + n)
    await office.time.run(10.1)
    assert len(office.of(Lane.DUE)) == 200
    await office.time.run(30)
    assert len(office.of(Lane.INTERACTIVE)) >= 29 * 20  # what the bulk leaves, or their chats take
    await office.close()


async def test_a_press_does_not_wait_for_what_thirty_people_have_piled_up() -> None:
    office = Office(Budget())
    for n in range(60 * 30):
        office.send(Lane.INTERACTIVE, n % 30)
    for n in range(1_000):
        office.send(Lane.DUE, 1_000 + n)
    await office.time.run(5)
    chance = random.Random(3)  # noqa: S311
    for n in range(100):
        await office.time.run(chance.random() / 2)
        office.send(Lane.INTERACTIVE, 5_000 + n, deadline=DUE_AT + timedelta(minutes=1))
    await office.time.run(1)
    presses = [sent for sent in office.sent if sent.chat_id >= 5_000]
    assert len(presses) == 100
    assert max(press.waited for press in presses) <= 0.8
    assert sum(press.waited for press in presses) / 100 <= 0.3
    await office.close()


async def test_chats_take_turns_with_their_answers(office: Office) -> None:
    for n in range(100):
        office.send(Lane.INTERACTIVE, n)  # uses up this second
    await office.time.run(0)
    for n in range(9):
        office.send(Lane.INTERACTIVE, 200 + n // 3, name=n)
    await office.time.run(4)
    assert [name for name in office.names() if name is not None] == [0, 3, 6, 1, 4, 7, 2, 5, 8]


@pytest.mark.parametrize("answers_per_second", [1, 4, 7, 12, 40])
async def test_what_one_kind_leaves_the_other_gets(office: Office, answers_per_second: int) -> None:
    for n in range(1_000):
        office.send(Lane.DUE, 10_000 + n)
    for n in range(20 * answers_per_second):
        office.send(Lane.INTERACTIVE, n)
        await office.time.run(1 / answers_per_second)
    in_all = len(office.sent) / 20
    assert in_all >= 0.97 * min(30, 25 + answers_per_second)
    assert len(office.of(Lane.DUE)) / 20 >= 20
    assert len(office.of(Lane.INTERACTIVE)) / 20 >= min(answers_per_second - 0.1, 8)


async def test_bulk_that_waits_for_its_chat_keeps_nothing_from_answers(office: Office) -> None:
    for _ in range(100):
        office.send(Lane.DUE, -7)  # a group: one in three seconds
    office.send(Lane.INTERACTIVE, 1)
    await office.time.run(1.2)
    for chat_id in range(100, 190):
        office.send(Lane.INTERACTIVE, chat_id)
    await office.time.run(0)
    assert len(office.of(Lane.INTERACTIVE)) == 31
    await office.time.run(1.1)
    assert len(office.of(Lane.INTERACTIVE)) == 61


async def test_a_person_with_thousands_of_answers_waiting_holds_up_nobody() -> None:
    office = Office(Budget())
    for _ in range(2_150):
        office.send(Lane.INTERACTIVE, 7)
    await office.time.run(3)
    office.send(Lane.INTERACTIVE, 8, name="first")
    await office.time.run(0)
    assert office.sent[-1].name == "first"
    for _ in range(2_150):
        office.send(Lane.INTERACTIVE, 9, deadline=DUE_AT - timedelta(hours=1))
    office.send(Lane.INTERACTIVE, 10, name="second")
    await office.time.run(0.1)
    assert office.into(10)[0].waited <= 0.1
    await office.close()


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


async def test_a_chat_that_nobody_knows_is_free(office: Office) -> None:
    assert office.limiter.seconds_until_free(7, Lane.DUE) == 0.0
    assert office.limiter._lines._chats == {}


async def test_a_chat_is_free_again_after_its_pause(office: Office) -> None:
    office.limiter.pause(10, 7)
    await office.time.run(4)
    assert office.limiter.seconds_until_free(7, Lane.INTERACTIVE) == pytest.approx(6)
    assert office.limiter.seconds_until_free(7, Lane.DUE) == pytest.approx(6)
    assert office.limiter.seconds_until_free(8, Lane.DUE) == 0.0


async def test_a_pause_of_everybody_is_no_chat_s(office: Office) -> None:
    office.limiter.pause(10)
    assert office.limiter.seconds_until_free(7, Lane.DUE) == 0.0


async def test_a_chat_is_as_far_from_free_as_what_waits_before(office: Office) -> None:
    office.send(Lane.DUE, 7)
    await office.time.run(0)
    tasks = [office.send(Lane.EDITS, 7) for _ in range(10)]
    await office.time.run(0)
    seconds = {lane: office.limiter.seconds_until_free(7, lane) for lane in Lane}
    assert seconds[Lane.INTERACTIVE] == 0.0
    assert seconds[Lane.CRITICAL] == seconds[Lane.ESCALATION] == pytest.approx(1)
    assert seconds[Lane.EDITS] == seconds[Lane.DIGESTS] == pytest.approx(11)
    for task in tasks[:5]:
        task.cancel()
    await office.time.run(0)
    assert office.limiter.seconds_until_free(7, Lane.DIGESTS) == pytest.approx(6)
    await office.time.run(20)
    assert office.limiter.seconds_until_free(7, Lane.DIGESTS) == 0.0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(Lane), st.floats(0, 2)), max_size=20),
    st.sampled_from([0.0, 0.0, 3.0]),
    st.sampled_from(Lane),
    st.sampled_from([STRICT, Budget()]),
    st.sampled_from([7, -7]),
)
def test_a_chat_is_free_when_it_was_said_to_be(
    history: list[tuple[Lane, float]], pause: float, lane: Lane, budget: Budget, chat_id: int
) -> None:
    async def scenario() -> None:
        office = Office(budget)
        for earlier, seconds in history:
            office.send(earlier, chat_id)
            await office.time.run(max(0.0, seconds - 1))
        if pause:
            office.limiter.pause(pause, chat_id)
        expected = office.limiter.seconds_until_free(chat_id, lane)
        office.send(lane, chat_id, name="this")
        await office.time.run(120)
        (waited,) = [sent.waited for sent in office.sent if sent.name == "this"]
        # The bulk's pace among all chats is no chat's business.
        assert expected - 1e-6 <= waited <= expected + 0.05 * (len(history) + 1)

    asyncio.run(scenario())


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


async def test_a_chat_is_forgotten_whose_only_send_was_cancelled_while_others_waited(
    office: Office,
) -> None:
    office.limiter.pause(10)
    office.send(Lane.DUE, 1)
    office.send(Lane.INTERACTIVE, 2).cancel()
    task = office.send(Lane.INTERACTIVE, 3)
    await office.time.run(1)
    task.cancel()
    await office.time.run(60)
    office.send(Lane.DUE, 4)
    await office.time.run(0)
    assert list(office.limiter._lines._chats) == [4]


async def test_what_is_over_is_forgotten(office: Office) -> None:
    for chat_id in range(500):
        office.send(Lane.DUE, chat_id)
        office.send(Lane.INTERACTIVE, chat_id)
        office.limiter.pause(3, 10_000 + chat_id)
    await office.time.run(60)
    office.send(Lane.DUE, 1)
    await office.time.run(0)
    assert len(office.sent) == 1_001
    assert len(office.limiter._lines._chats) == 1
    assert sum(len(listed) for listed in office.limiter._lines._listed) <= 2
    assert len(office.limiter._lines._resting) <= 2


async def test_abandoned_sends_do_not_pile_up_during_a_long_pause(office: Office) -> None:
    office.limiter.pause(3_600)
    for chat_id in range(3_000):
        office.send(Lane.DUE, chat_id).cancel()
        task = office.send(Lane.DUE, chat_id % 7)
        await asyncio.sleep(0)
        task.cancel()
    await office.time.run(1)
    assert office.limiter.waiting == 0
    assert len(office.limiter._lines._chats) <= 7
    assert sum(len(listed) for listed in office.limiter._lines._listed) <= 200


async def test_without_limits_nobody_waits() -> None:
    limiter = Limiter(None, Budget.unlimited())
    slot = limiter.acquire(Lane.DIGESTS, DUE_AT, 1)
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
