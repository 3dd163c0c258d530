"""A monitor on this machine that a heartbeat is sent to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

SECRET = "s3cret-of-the-monitor"


@dataclass
class Monitor:
    """Counts pings, and answers with *status*; while *hangs*, not at all."""

    url: str = ""
    pings: int = 0
    status: int = 200
    hangs: bool = False
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, _: web.Request) -> web.Response:
        self.pings += 1
        if self.hangs:
            await self._over.wait()
        return web.Response(status=self.status)

    def end(self) -> None:
        self._over.set()


@asynccontextmanager
async def running_monitor() -> AsyncIterator[Monitor]:
    monitor = Monitor()
    app = web.Application()
    app.router.add_get(f"/{SECRET}", monitor.answer)
    async with TestServer(app) as server:
        monitor.url = str(server.make_url(f"/{SECRET}"))
        yield monitor
        monitor.end()
