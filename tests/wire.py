"""Wires between the bot and its servers that a test cuts and mends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url


class Wire:
    """Forwards connections from a port of its own to a server's port, or its Unix socket."""

    def __init__(self, *, host: str | None = None, to: int | str | None = None) -> None:
        self._host, self._to = host, to
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._port = 0
        self._loses_commit_after: bytes | None = None
        #: How many commits were carried out whose reply got lost.
        self.lost_commits = 0

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break every connection; new ones are refused."""
        if self._server is not None:
            self._server.close()
            for end in self._ends:
                end.transport.abort()
            await self._server.wait_closed()
            self._server = None

    def lose_next_commit(self, *, after: str) -> None:
        """Break the next connection whose transaction has made the statement *after*: once the
        server has got the COMMIT, and before its reply.
        """
        self._loses_commit_after = after.encode()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if isinstance(self._to, str):
            there, back = await asyncio.open_unix_connection(self._to)
        else:
            there, back = await asyncio.open_connection(self._host, self._to)
        self._ends |= {writer, back}
        await asyncio.gather(self._send(reader, back, writer), _pump(there, writer))
        self._ends -= {writer, back}

    async def _send(
        self,
        reader: asyncio.StreamReader,
        back: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> None:
        is_armed = False
        with suppress(OSError):
            while data := await reader.read(65_536):
                wanted = self._loses_commit_after
                is_armed |= wanted is not None and wanted in data
                if is_armed and b"COMMIT" in data:
                    self._loses_commit_after = None
                    self.lost_commits += 1
                    writer.transport.abort()
                    back.write(data)
                    await back.drain()
                    back.close()
                    return
                back.write(data)
                await back.drain()
        back.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def wired(url: str) -> AsyncIterator[Wire]:
    """To the server at an HTTP *url*."""
    parts = urlsplit(url)
    async with _mended(Wire(host=parts.hostname, to=parts.port)) as wire:
        yield wire


@asynccontextmanager
async def wired_postgres(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """To the embedded PostgreSQL at *url*, which listens on a Unix socket; and the URL to use."""
    parts = make_url(url)
    async with _mended(Wire(to=f"{parts.query['host']}/.s.PGSQL.5432")) as wire:
        wired = parts.set(query={}, host="127.0.0.1", port=wire.port)
        yield wire, wired.render_as_string(hide_password=False)


@asynccontextmanager
async def _mended(wire: Wire) -> AsyncIterator[Wire]:
    await wire.mend()
    try:
        yield wire
    finally:
        await wire.cut()
