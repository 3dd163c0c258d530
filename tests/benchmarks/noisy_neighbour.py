# ruff: noqa: T201 -- a benchmark talks to whoever runs it
"""One hostile family beside 200 others, for 20 minutes.

``python -m tests.benchmarks.noisy_neighbour``. The goals (p99): a card 2 s after its minute, a
press answered within 1 s; nothing lost, no task ended. With ``--log`` everything is logged at DEBUG
meanwhile, which is slower, and the log is searched for what nobody may read there.
"""

import argparse
import asyncio
import logging
from contextlib import ExitStack
from tempfile import TemporaryFile

from bot.sandbox import Limits
from domain.clock import Clock
from migrations import runner
from tests.databases import new_database
from tests.noisy import Neighbourhood, find_private, logging_at_debug, percentile
from tests.servers import running_servers
from tests.town import founded_town

FAMILIES = 200
MINUTES = 20


async def main(*, is_logged: bool = False) -> None:
    with ExitStack() as stack:
        log = stack.enter_context(TemporaryFile("w+")) if is_logged else None
        if log is None:
            logging.disable(logging.ERROR)  # the hostile family fills pages
        else:
            stack.enter_context(logging_at_debug(log))
        token = await run()
        if log is not None:
            log.seek(0)
            lines = sum(1 for _ in log)
            log.seek(0)
            print(f"private words in {lines} lines of log: {find_private(log, token=token) or 0}")


async def run() -> str:
    """The token of the bot that ran."""
    async with running_servers() as servers, new_database(servers.database_url) as url:
        await runner.upgrade(url, serving_url=url)
        async with founded_town(
            database_url=url, redis_url=servers.redis_url, clock=Clock(), limits=Limits()
        ) as town:
            await town.start_bot()
            neighbourhood = await Neighbourhood.settle(town, families=FAMILIES, minutes=MINUTES)
            await neighbourhood.live()
            ended = list(town.app.failures) if town.app else []
    print_result(neighbourhood, ended)
    return town.wiring.token


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", action="store_true", help="log at DEBUG, and search the log")
    asyncio.run(main(is_logged=parser.parse_args().log))
