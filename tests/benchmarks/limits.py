# ruff: noqa: T201 -- a benchmark talks to whoever runs it
"""Sending under Telegram's limits, in real time: ``python -m tests.benchmarks.limits``.

10,000 messages of all bulk lanes wait while people press buttons four times a second. The goals:
97 % of the bulk budget, deadline order, and an answer within a second. Then thirty people chat as
fast as they can: the bulk keeps 20 a second, and somebody else's press is answered within a second.
"""

import asyncio
import random
import time
from bisect import bisect_left
from datetime import UTC, datetime, timedelta

from bot.telegram_api.budget import Budget
from bot.telegram_api.limits import Limiter
from domain.models.delivery import Lane

SECONDS = 20
CHATTING_SECONDS = 10
WAITING = 10_000
DUE_AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


async def measure_telegram_s_limits() -> None:
    budget = Budget()
    limiter = Limiter(None, budget)
    bulk: list[tuple[float, tuple[Lane, datetime]]] = []
    answers: list[tuple[float, float]] = []

    async def send(lane: Lane, deadline: datetime, chat_id: int) -> None:
        await limiter.acquire(lane, deadline, chat_id)
        bulk.append((time.monotonic(), (lane, deadline)))

    async def answer(chat_id: int) -> None:
        asked_at = time.monotonic()
        await limiter.acquire(Lane.INTERACTIVE, DUE_AT, chat_id)
        now = time.monotonic()
        answers.append((now, now - asked_at))

    chance = random.Random(1)  # noqa: S311
    lanes = [lane for lane in Lane if lane is not Lane.INTERACTIVE]
    tasks = [
        asyncio.create_task(
            send(chance.choice(lanes), DUE_AT + timedelta(seconds=chance.randrange(3_600)), chat_id)
        )
        for chat_id in range(WAITING)
    ]
    began = time.monotonic()
    presses: list[asyncio.Task[None]] = []
    while time.monotonic() < began + SECONDS:
        presses.append(asyncio.create_task(answer(WAITING + len(presses))))
        await asyncio.sleep(0.25)
    for task in (*tasks, *presses):
        task.cancel()
    await asyncio.gather(*tasks, *presses, return_exceptions=True)

    used = len(bulk) / (SECONDS * budget.bulk_per_second)
    in_order = [urgency for _, urgency in bulk] == sorted(urgency for _, urgency in bulk)
    times = sorted([at for at, _ in bulk] + [at for at, _ in answers])
    most = max(i + 1 - bisect_left(times, at - 1) for i, at in enumerate(times))
    slowest = max(waited for _, waited in answers)
    print(f"bulk budget used          {used:7.1%}   (≥ 97 %)")
    print(f"deadline order            {'kept' if in_order else 'BROKEN':>7}")
    print(f"most in a sliding second  {most:7}   (≤ 30)")
    print(f"slowest of {len(answers):3} answers   {slowest * 1000:7.1f} ms (≤ 1,000)")


async def measure_thirty_people_chatting() -> None:
    limiter = Limiter(None, Budget())
    sent: dict[str, list[float]] = {"bulk": [], "chatting": []}
    presses: list[float] = []

    async def send(lane: Lane, chat_id: int, of: str) -> None:
        await limiter.acquire(lane, DUE_AT, chat_id)
        sent[of].append(time.monotonic())

    async def press(chat_id: int) -> None:
        asked_at = time.monotonic()
        await limiter.acquire(Lane.INTERACTIVE, DUE_AT + timedelta(hours=1), chat_id)
        presses.append(time.monotonic() - asked_at)

    tasks = [
        asyncio.create_task(send(Lane.INTERACTIVE, n % 30, "chatting"))
        for n in range(30 * 2 * CHATTING_SECONDS)
    ]
    await asyncio.sleep(1.5)
    began = time.monotonic()
    tasks += [asyncio.create_task(send(Lane.DUE, 1_000 + n, "bulk")) for n in range(1_000)]
    await asyncio.sleep(1.1)  # until what went out before counts no more
    settled = time.monotonic()
    for n in range(CHATTING_SECONDS * 2):
        tasks.append(asyncio.create_task(press(5_000 + n)))
        await asyncio.sleep(0.5)
    seconds = time.monotonic() - settled
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    bulk, chatting = (len([at for at in sent[of] if at >= settled]) for of in ("bulk", "chatting"))
    print("Thirty people chatting:")
    print(f"bulk                      {bulk / seconds:7.1f} /s (≥ 20)")
    print(f"answers                   {(chatting + len(presses)) / seconds:7.1f} /s (≥ 5)")
    print(f"first of the bulk after   {(sent['bulk'][0] - began) * 1000:7.1f} ms (≤ 1,010)")
    print(f"slowest of {len(presses):3} presses   {max(presses) * 1000:7.1f} ms (≤ 1,000)")


async def measure_cost() -> None:
    """What a send costs when the limits are not what it waits for."""
    open_wide = Budget(per_second=1e9, kept_for_interactive=0, per_chat_seconds=0)
    for name, budget in (("lifted", Budget.unlimited()), ("very high", open_wide)):
        limiter = Limiter(None, budget)
        began = time.perf_counter()
        await asyncio.gather(
            *(limiter.acquire(Lane.DUE, DUE_AT, chat_id) for chat_id in range(WAITING))
        )
        each = (time.perf_counter() - began) / WAITING
        print(f"a slot, limits {name:10} {each * 1e6:7.1f} µs with {WAITING:,} at once")

    limiter = Limiter(None, Budget())
    tasks = [asyncio.create_task(limiter.acquire(Lane.DUE, DUE_AT, 7)) for _ in range(WAITING)]
    await asyncio.sleep(0.1)
    began = time.perf_counter()
    for _ in range(WAITING):
        limiter.seconds_until_free(7, Lane.DUE)
    each = (time.perf_counter() - began) / WAITING
    print(f"until a chat is free      {each * 1e6:7.1f} µs with {WAITING:,} waiting for it")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def main() -> None:
    await measure_cost()
    await measure_telegram_s_limits()
    await measure_thirty_people_chatting()


if __name__ == "__main__":
    asyncio.run(main())
