"""Telegram's limits as the sandbox keeps them, on a clock that the test moves."""

import pytest

from bot.sandbox.bot_api.limits import LimitKeeper, Limits
from bot.sandbox.errors import ApiError


class Seconds:
    """A monotonic clock that stands still until moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def passed(keeper: LimitKeeper, chat_id: int, attempts: int) -> int:
    """How many of *attempts* at once get through."""
    count = 0
    for _ in range(attempts):
        try:
            keeper.count(chat_id)
        except ApiError:
            continue
        count += 1
    return count


def test_a_burst_passes_and_then_one_a_second_in_a_chat() -> None:
    seconds = Seconds()
    keeper = LimitKeeper(Limits(chat_burst=5), seconds)
    assert passed(keeper, 1, 10) == 5
    seconds.now += 1
    assert passed(keeper, 1, 10) == 1
    seconds.now += 60
    assert passed(keeper, 1, 10) == 5


def test_a_group_gets_twenty_a_minute() -> None:
    seconds = Seconds()
    keeper = LimitKeeper(Limits(), seconds)
    assert passed(keeper, -5, 100) == 20
    seconds.now += 30
    assert passed(keeper, -5, 100) == 10


def test_a_steady_thirty_a_second_over_many_chats_is_never_refused() -> None:
    seconds = Seconds()
    keeper = LimitKeeper(Limits(), seconds)
    for message in range(3000):
        keeper.count(message % 100)
        seconds.now += 1 / 30


def test_more_than_thirty_a_second_is_refused_over_all_chats() -> None:
    seconds = Seconds()
    keeper = LimitKeeper(Limits(), seconds)
    sent = 0
    for message in range(600):
        sent += passed(keeper, message, 1)
        seconds.now += 1 / 60
    # Ten seconds at 30 a second, and the burst.
    assert 300 <= sent <= 331


def test_who_waits_retry_after_gets_through() -> None:
    seconds = Seconds()
    keeper = LimitKeeper(Limits(chat_per_second=0.25, chat_burst=1), seconds)
    keeper.count(1)
    with pytest.raises(ApiError) as refused:
        keeper.count(1)
    assert refused.value.body() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 4",
        "parameters": {"retry_after": 4},
    }
    seconds.now += 4
    keeper.count(1)


def test_a_refused_message_costs_nothing() -> None:
    seconds = Seconds()
    keeper = LimitKeeper(Limits(chat_burst=1), seconds)
    assert passed(keeper, 1, 100) == 1
    assert passed(keeper, 2, 1) == 1


def test_without_limits_nothing_is_refused() -> None:
    assert passed(LimitKeeper(None), 1, 1000) == 1000
