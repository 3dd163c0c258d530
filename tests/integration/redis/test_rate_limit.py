"""The limits per person and command, per family, and on wrong invitations."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from redis.asyncio import Redis

from bot.redis import keys
from bot.redis.client import connect
from bot.redis.rate_limit import Limit, RateLimiter, Verdict

SMITH, JONES = UUID(int=1), UUID(int=2)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


def limiter(redis: Redis, *, user: int = 20, family: int = 240) -> RateLimiter:
    """With so many a minute."""
    return RateLimiter(redis, user=Limit(user, 60), family=Limit(family, 60))


async def rewind(redis: Redis, key: str, *, seconds: float) -> None:
    """As if that much time had passed."""
    paid_at, told_at = str(await redis.get(key)).split()
    back = int(seconds * 1_000_000)
    await redis.set(key, f"{int(paid_at) - back} {max(0, int(told_at) - back)}", keepttl=True)


def counted(outcome: str) -> float:
    found = REGISTRY.get_sample_value("carecircle_rate_limits_total", {"outcome": outcome})
    return found or 0


async def test_too_many_are_refused_politely_once_and_then_silently(redis: Redis) -> None:
    limits = limiter(redis, user=3)
    before = counted("refused_user")
    verdicts = [await limits.check(1, "addmed") for _ in range(6)]
    assert (
        verdicts == [Verdict.ALLOWED] * 3 + [Verdict.REFUSED_FIRST] + [Verdict.REFUSED_SILENT] * 2
    )
    assert counted("refused_user") == before + 3


async def test_many_at_once_are_counted_one_by_one(redis: Redis) -> None:
    limits = limiter(redis, user=10)
    verdicts = Counter(await asyncio.gather(*(limits.check(1, "addmed") for _ in range(60))))
    assert verdicts == {Verdict.ALLOWED: 10, Verdict.REFUSED_FIRST: 1, Verdict.REFUSED_SILENT: 49}


async def test_people_and_commands_are_counted_apart(redis: Redis) -> None:
    limits = limiter(redis, user=1)
    assert await limits.check(1, "addmed") is Verdict.ALLOWED
    assert await limits.check(2, "addmed") is Verdict.ALLOWED
    assert await limits.check(1, "today") is Verdict.ALLOWED
    assert await limits.check(1, "today") is Verdict.REFUSED_FIRST


async def test_room_comes_back_one_by_one_and_not_all_at_the_edge_of_a_window(redis: Redis) -> None:
    limits, key = limiter(redis, user=3), keys.rate_limit(1, "addmed")
    for _ in range(4):
        await limits.check(1, "addmed")
    await rewind(redis, key, seconds=21)  # one interval is 20 s
    assert await limits.check(1, "addmed") is Verdict.ALLOWED
    assert await limits.check(1, "addmed") is Verdict.REFUSED_SILENT
    await rewind(redis, key, seconds=61)
    verdicts = [await limits.check(1, "addmed") for _ in range(4)]
    assert verdicts == [Verdict.ALLOWED] * 3 + [Verdict.REFUSED_FIRST]


async def test_whoever_goes_on_is_not_told_again_within_the_minute(redis: Redis) -> None:
    limits, key = limiter(redis, user=3), keys.rate_limit(1, "addmed")
    for _ in range(4):
        await limits.check(1, "addmed")
    for _ in range(2):
        await rewind(redis, key, seconds=20.5)
        verdicts = [await limits.check(1, "addmed") for _ in range(3)]
        assert Verdict.REFUSED_FIRST not in verdicts


async def test_a_value_lives_a_minute(redis: Redis) -> None:
    limits = limiter(redis)
    await limits.check(1, "addmed", family_id=SMITH)
    for key in (keys.rate_limit(1, "addmed"), keys.family_rate_limit(SMITH)):
        assert 55 < await redis.ttl(key) <= 60


async def test_a_family_that_sends_too_much_takes_nothing_from_others(redis: Redis) -> None:
    limits = limiter(redis, family=6)
    verdicts = [
        await limits.check(user, command, family_id=SMITH)
        for user in (1, 2)
        for command in ("today", "meds", "help", "give", "appts")
    ]
    assert verdicts[:6] == [Verdict.ALLOWED] * 6
    # Each of them is told, for each command once: the others don't know who sent that much.
    assert set(verdicts[6:]) == {Verdict.FAMILY_REFUSED_FIRST}
    assert await limits.check(2, "appts", family_id=SMITH) is Verdict.REFUSED_SILENT
    assert await limits.check(3, "today", family_id=JONES) is Verdict.ALLOWED


async def test_what_the_family_is_refused_is_not_counted_for_the_person(redis: Redis) -> None:
    limits = limiter(redis, user=3, family=1)
    assert await limits.check(1, "today", family_id=SMITH) is Verdict.ALLOWED
    for _ in range(5):
        await limits.check(1, "today", family_id=SMITH)
    assert await limits.check(1, "today") is Verdict.ALLOWED
    assert await limits.check(1, "today") is Verdict.ALLOWED
    assert await limits.check(1, "today") is Verdict.REFUSED_SILENT


async def test_five_wrong_invitations_then_one_an_hour(redis: Redis) -> None:
    limits, key = limiter(redis), keys.wrong_invitations(1)
    for room in (4, 3, 2, 1, 0):
        assert await limits.may_present_invitation(1)
        assert await limits.count_wrong_invitation(1) == room
    assert not await limits.may_present_invitation(1)
    assert await limits.may_present_invitation(2)
    await rewind(redis, key, seconds=3_590)
    assert not await limits.may_present_invitation(1)
    await rewind(redis, key, seconds=20)
    assert await limits.may_present_invitation(1)
    assert await limits.count_wrong_invitation(1) == 0
    assert not await limits.may_present_invitation(1)
    assert 0 < await redis.ttl(key) <= keys.WRONG_INVITATIONS_TTL


async def test_looking_counts_nothing(redis: Redis) -> None:
    limits = limiter(redis)
    for _ in range(20):
        assert await limits.may_present_invitation(1)
    assert await redis.exists(keys.wrong_invitations(1)) == 0


@pytest.mark.parametrize(
    "damaged", ["7", "", "x y", "-1 0", "1e400 0", "9" * 400 + " 0", "1 " + "9" * 400, "{}"]
)
async def test_a_value_that_we_have_not_written_counts_as_none(redis: Redis, damaged: str) -> None:
    key = keys.rate_limit(1, "addmed")
    await redis.set(key, damaged)
    verdicts = [await limiter(redis, user=2).check(1, "addmed") for _ in range(3)]
    assert verdicts == [Verdict.ALLOWED] * 2 + [Verdict.REFUSED_FIRST]
    assert 0 < await redis.ttl(key) <= 60


async def test_a_key_of_another_type_counts_as_none(redis: Redis) -> None:
    await redis.rpush(keys.rate_limit(1, "addmed"), "x")
    await redis.hset(keys.family_rate_limit(SMITH), "x", "y")
    verdicts = [await limiter(redis, user=2).check(1, "addmed", family_id=SMITH) for _ in range(3)]
    assert verdicts == [Verdict.ALLOWED] * 2 + [Verdict.REFUSED_FIRST]


async def test_without_redis_everybody_may_and_the_log_says_it_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    redis = connect("unix:///nowhere/valkey.sock")
    limits = limiter(redis, user=1, family=1)
    before = counted("unchecked")
    with caplog.at_level(logging.INFO):
        verdicts = [await limits.check(1, "addmed", family_id=uuid4()) for _ in range(50)]
        assert await limits.may_present_invitation(1)
        assert await limits.count_wrong_invitation(1) > 0
    assert set(verdicts) == {Verdict.ALLOWED}
    assert caplog.text.count("redis unavailable") == 1
    assert limits.circuit.failures == 52
    assert counted("unchecked") == before + 52
    await redis.aclose()
