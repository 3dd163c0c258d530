# ruff: noqa: T201 -- it is there to be read
"""Perform a talk and show what every phone shows: ``python -m tests.talk FILE``.

Goes on after what does not hold, and exits with 1 then. ``-`` reads the talk from standard input.
"""

import asyncio
import sys
import time
from pathlib import Path

from tests.servers import running_servers
from tests.talk.performance import BEFOREHAND, Performance, TalkFailed, begins_at
from tests.talk.script import UnreadableLine, read_talk
from tests.talk.stage import fresh_stage, template_of


async def perform(text: str) -> int:
    talk = read_talk(text)
    begins, zone = begins_at(talk)
    failures = 0
    async with (
        running_servers() as servers,
        template_of(servers) as template,
        fresh_stage(servers, template, at=begins - BEFOREHAND) as stage,
    ):
        performance = Performance(stage, zone, print)
        began = time.monotonic()
        for numbered in talk:
            try:
                await performance.perform(numbered)
            except TalkFailed as failure:
                failures += 1
                print(f"  ✗ {failure}")
        seconds = time.monotonic() - began
    print(f"{len(talk)} lines in {seconds:.1f} s, {failures} that do not hold")
    return 1 if failures else 0


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit("Which talk? make talk FILE=tests/talk/ordinary_day.talk")
    path = sys.argv[1]
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text()
        return asyncio.run(perform(text))
    except (UnreadableLine, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
