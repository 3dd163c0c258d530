# ruff: noqa: T201 -- it is there to be read
"""The long run: ``make soak``, or ``python -m tests.soak --families 50 --hours 2 --seed 7``.

By default a day of 2,100 families, whose people take 100,800 doses.
"""

import argparse
import asyncio
import math
import os
import sys
from datetime import timedelta

from migrations import runner
from tests.databases import new_database
from tests.servers import running_servers
from tests.soak.running import Outcome, run


async def main(arguments: argparse.Namespace) -> int:
    async with running_servers() as servers, new_database(servers.database_url) as url:
        await runner.upgrade(url, serving_url=url)
        outcome = await run(
            servers,
            url,
            seed=arguments.seed,
            families=arguments.families,
            lasts=timedelta(hours=arguments.hours),
            in_the_midst=arguments.in_the_midst,
            seconds=arguments.seconds,
            is_shown=True,
        )
    show(outcome)
    account = outcome.account
    return 0 if account.is_well else 1


def show(outcome: Outcome) -> None:
    account = outcome.account
    print(f"doses due             {account.doses:9,}  {dict(account.states)}")
    print(f"how cards were answered          {dict(outcome.answers)}")
    print(f"faults                {sum(outcome.struck.values()):9,}")
    for name, times in sorted(outcome.struck.items(), key=lambda each: -each[1]):
        print(f"  {times:5}  {name}")
    print(f"lost                  {len(account.lost):9,}  (0)")
    print(f"double transitions    {len(account.double):9,}  (0)")
    print(f"other rules broken    {len(account.broken):9,}  (0)")
    print(
        f"repeats               {account.repeats:9,}  of {account.cards:,} cards and summaries:"
        f" {account.share_of_repeats:.3%} (< 0.1 %)"
    )
    print(f"  not marked          {account.unmarked:9,}  (0)")
    print(f"  with live buttons   {account.orphans:9,}")
    print(
        f"presses               {account.presses:9,}"
        f"  {account.dropped_presses} of them dropped by Telegram after 150 s"
    )
    print(f"calls accepted        {sum(outcome.calls.values()):9,}  {dict(outcome.calls)}")
    print(f"calls refused         {sum(outcome.refused.values()):9,}")
    for why, times in sorted(outcome.refused.items(), key=lambda each: -each[1])[:8]:
        print(f"  {times:5}  {why}")
    print(f"apologies             {account.apologies:9,}  (0)")
    print(f"bots ended themselves {outcome.ended_by_itself:9,}")
    print(f"set aside             {sum(account.set_aside.values()):9,}  {dict(account.set_aside)}")
    print(f"slow minutes          {outcome.slow_minutes:9,}  without anything broken")
    print(
        f"time                  {outcome.settling_seconds:9.0f}  s to settle in,"
        f" {outcome.day_seconds:.0f} s for the day; load {os.getloadavg()[0]:.1f}"
    )
    for line in (
        *account.lost[:20],
        *map(str, account.double[:20]),
        *map(str, account.broken[:20]),
    ):
        print(f"✗ {line}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--families", type=int, default=2_100, help="48 doses a day each")
    parser.add_argument(
        "--in-the-midst", action="store_true", help="every fault strikes while the bots are at work"
    )
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--seconds", type=float, default=math.inf, help="of ours, at most")
    sys.exit(asyncio.run(main(parser.parse_args())))
