# ruff: noqa: T201 -- it is there to be read
"""Walks by many seeds: ``make walk SEEDS=200 STEPS=200``, or ``python -m tests.walk --seed 7``."""

import argparse
import asyncio
import sys
import time
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.servers import running_servers
from tests.talk.stage import fresh_stage, template_of
from tests.walk.steps import Found
from tests.walk.walk import Walk

# Ordinary weeks, and those in which clocks change in London or in New York.
BEGINNINGS = ("2026-06-01", "2026-10-23", "2026-03-27", "2026-10-30", "2026-12-29", "2026-02-26")


def beginning_of(seed: int) -> datetime:
    day = BEGINNINGS[seed % len(BEGINNINGS)]
    hour = (7, 9, 20, 22)[seed // len(BEGINNINGS) % 4]
    return datetime.fromisoformat(f"{day} {hour:02}:40").replace(tzinfo=ZoneInfo("Europe/London"))


async def main(arguments: argparse.Namespace) -> int:
    seeds = (
        [arguments.seed]
        if arguments.seed is not None
        else list(range(arguments.first, arguments.first + arguments.seeds))
    )
    kinds: Counter[str] = Counter()
    spoken, unread = 0, list[str]()
    began, done, failed = time.monotonic(), 0, []
    async with running_servers() as servers, template_of(servers) as template:
        for seed in seeds:
            async with fresh_stage(servers, template, at=beginning_of(seed)) as stage:
                walk = Walk(stage, seed, go_on=arguments.go_on, looks=arguments.looks)
                await walk.settle_in()
                try:
                    await walk.go(arguments.steps)
                except Found as found:
                    walk.faults += found.faults
                except Exception as error:
                    print(walk.report())
                    raise error from None
                done += len(walk.steps)
                spoken, unread = spoken + walk.spoken, unread + walk.unread
                print(f"seed {seed}: {len(walk.steps)} steps", flush=True)
            if arguments.tell:
                print("\n".join(walk.steps))
            if walk.faults:
                failed.append(seed)
                kinds.update(fault.kind for fault in walk.faults)
                if arguments.brief:
                    print(f"— seed {seed}, step {len(walk.steps)}")
                else:
                    print(walk.report())
                for fault in walk.faults:
                    print(f"✗ [{fault.kind}] {fault.words}", flush=True)
    print(f"{spoken} said in own words, {len(unread)} of them not understood")
    if unread:
        print(Counter(unread).most_common(10))
    seconds = time.monotonic() - began
    print(
        f"{len(seeds)} seeds, {done} steps in {seconds:.0f} s"
        f" ({1000 * seconds / max(done, 1):.0f} ms each); {len(failed)} seeds with faults"
        + (f": {dict(kinds)}" if kinds else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Walk through the bot by seeds.")
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--looks", type=int, default=1, help="screens after so many steps each")
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--go-on", action="store_true", help="collect faults, do not stop")
    parser.add_argument("--tell", action="store_true", help="say all steps")
    parser.add_argument("--brief", action="store_true", help="leave out steps and phones")
    sys.exit(asyncio.run(main(parser.parse_args())))
