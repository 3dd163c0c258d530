# ruff: noqa: T201 -- a benchmark talks to whoever runs it
"""One hostile family beside 200 others, for 20 minutes.

``python -m tests.benchmarks.noisy_neighbour``. The goals (p99): a card 2 s after its minute, a
press answered within 1 s; nothing lost, no task ended.
"""

import asyncio
import logging

from bot.sandbox import Limits
from domain.clock import Clock
from migrations import runner
from tests.databases import new_database
from tests.noisy import Neighbourhood, percentile
from tests.servers import running_servers
from tests.town import founded_town

FAMILIES = 200
MINUTES = 20


async def main() -> None:
    logging.disable(logging.ERROR)  # the hostile family fills pages
    async with running_servers() as servers, new_database(servers.database_url) as url:
        await runner.upgrade(url, serving_url=url)
        async with founded_town(
            database_url=url, redis_url=servers.redis_url, clock=Clock(), limits=Limits()
        ) as town:
            await town.start_bot()
            neighbourhood = await Neighbourhood.settle(town, families=FAMILIES, minutes=MINUTES)
            await neighbourhood.live()
            ended = [
                task.get_name() for task in (town.app._tasks if town.app else []) if task.done()
            ]
    print_result(neighbourhood, ended)


def print_result(found: Neighbourhood, ended: list[str]) -> None:
    for name, values, goal in (
        ("cards after their minute", found.card_seconds, 2.0),
        ("presses answered", found.press_seconds, 1.0),
    ):
        print(
            f"{name}: {len(values)}, p50 {percentile(values, 0.5):.2f} s,"
            f" p99 {percentile(values, 0.99):.2f} s (goal {goal:.0f} s), worst {max(values):.2f} s"
        )
    print(f"lost: {found.lost}, tasks ended: {len(ended)} {ended or ''}")


if __name__ == "__main__":
    asyncio.run(main())
