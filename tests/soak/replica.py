"""A bot in a process of its own, whose clock is moved from outside.

``python -m tests.soak.replica`` reads its wiring from a line of JSON, then commands, a line each:
``move SECONDS`` sets the clock's offset and does what is due by then, ``block SECONDS`` holds the
event loop for that long. It says ``running OWNER``, whose name its leases have, and ``moved
SECONDS`` when that is done. It ends in order at SIGTERM, or when nobody is left to command it.
"""

import asyncio
import json
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import uvloop

from bot.app.app import App, Wiring
from bot.ops.logs import configure_logging
from bot.telegram_api.budget import Budget
from domain.clock import Clock


async def main() -> None:
    told = json.loads(_read_line())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    wiring = Wiring(
        token=told["token"],
        api_url=told["api_url"],
        database_url=told["database_url"],
        redis_url=told["redis_url"],
        clock=Clock(timedelta(seconds=told["offset"])),
        run_folder=Path(told["run_folder"]),
        budget=Budget.unlimited(),  # Telegram's seconds don't go faster with the clock
    )
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    app = App(wiring)
    obeying = asyncio.create_task(_obey(commands, app, wiring.clock))
    serving = asyncio.create_task(_serve(app))
    stopping = asyncio.create_task(stop.wait())
    # As bot.app.process does it; and nobody is left to serve when the commands end.
    await asyncio.wait({obeying, serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
    for task in (obeying, serving, stopping):
        task.cancel()
    await asyncio.gather(obeying, serving, stopping, return_exceptions=True)


async def _serve(app: App) -> None:
    async with app:
        assert app.wake_ups is not None
        _say(f"running {app.wake_ups._lease._token}")
        await app.wait()


def _read_line() -> bytes:
    """Unbuffered, so that the commands behind it stay for whoever reads those."""
    with open(0, "rb", buffering=0, closefd=False) as commands:
        return commands.readline()


async def _obey(commands: asyncio.StreamReader, app: App, clock: Clock) -> None:
    async with asyncio.TaskGroup() as moves:
        while line := (await commands.readline()).decode():
            command, seconds = line.split()
            if command == "block":
                time.sleep(float(seconds))  # noqa: ASYNC251 -- that is what it is for
                continue
            clock.offset = timedelta(seconds=float(seconds))
            moves.create_task(_catch_up(app, seconds))


async def _catch_up(app: App, seconds: str) -> None:
    """Look at once, as a sweep does, instead of waiting for the alarm's next second."""
    wake_ups = app.wake_ups
    if wake_ups is None:  # it is still starting, and will look then
        return
    try:
        await wake_ups.act()
    except Exception as error:  # the database is away: the sweep looks again
        print(f"act failed: {type(error).__name__}", file=sys.stderr)  # noqa: T201
    for look in wake_ups._on_sweep:
        look()
    _say(f"moved {seconds}")


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 -- that is how it is understood


if __name__ == "__main__":
    configure_logging("INFO")
    uvloop.run(main())
