# ruff: noqa: T201 -- a benchmark talks to whoever runs it
"""All benchmarks, one after the other: ``make bench`` or ``python -m tests.benchmarks``."""

import asyncio
import os
import platform

from tests.benchmarks import (
    limits,
    lists,
    noisy_neighbour,
    reminders,
    sentences,
    taken_press,
    typing,
)

BENCHMARKS = (
    ("A Taken press, beside the same by hand", taken_press.main),
    ("Lists of medicines", lists.main),
    ("Reminders, from their minute to the phone", reminders.main),
    ("Telegram's limits", limits.main),
    ("What people type", typing.main),
    ("Sentences in own words", sentences.main),
    ("A noisy neighbour", noisy_neighbour.main),
)


async def main() -> None:
    print(
        f"{platform.machine()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f},"
        f" Python {platform.python_version()}"
    )
    for title, run in BENCHMARKS:
        print(f"\n{title}\n{'-' * len(title)}", flush=True)
        await run()


if __name__ == "__main__":
    asyncio.run(main())
