"""HTTP transport to Telegram: python-telegram-bot's request interface on aiohttp.

PTB's own client is the slowest part of a bot (211 button presses a second, against 1,029 with this
one and the same transaction). Timeouts and failures become the same exceptions as in PTB's client.

A Bot API URL contains the token. Nothing here logs a URL or puts one into an exception: aiohttp's
messages are replaced, and its exceptions aren't chained to ours.
"""

import asyncio
import functools
import io
import ipaddress
import json
import os
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any
from urllib.request import (  # type: ignore[attr-defined]
    getproxies_environment,
    proxy_bypass_environment,
)

import aiohttp
import certifi
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload, Payload
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.settings import SettingsError

CHUNK_BYTES = 65_536

POOL_TIMEOUT = "Pool timeout: all connections are in use. The request was *not* sent to Telegram."


class NotSent(NetworkError):
    """No connection was made, so Telegram never got the call."""


class NotSentInTime(NotSent, TimedOut):
    """No connection was made in time."""

    def __init__(self, message: str) -> None:
        NetworkError.__init__(self, message)


@dataclass(frozen=True)
class File:
    """A file sent as *field* of a call."""

    field: str
    name: str
    content: bytes
    mime_type: str = "application/octet-stream"


class AiohttpRequest(BaseRequest):
    """PTB's request object on aiohttp. All timeouts are in seconds; None waits forever.

    Belongs to the event loop in which it was initialized, until it is shut down. Without *proxy*,
    the usual environment variables apply (``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``). Raises
    SettingsError for a proxy that is neither http:// nor https://.
    """

    __slots__ = (
        "_connect_timeout",
        "_media_write_timeout",
        "_pool",
        "_pool_size",
        "_pool_timeout",
        "_proxies",
        "_read_timeout",
        "_session",
    )

    def __init__(
        self,
        *,
        connection_pool_size: int = 256,
        read_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
        proxy: str | None = None,
    ) -> None:
        self._pool_size = connection_pool_size
        self._read_timeout = read_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._proxies = _Proxies(proxy)
        self._session: aiohttp.ClientSession | None = None
        self._pool = asyncio.Semaphore(connection_pool_size)

    @property
    def read_timeout(self) -> float | None:
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the connection pool, unless it is open."""
        if self._session is not None:
            return
        self._pool = asyncio.Semaphore(self._pool_size)
        self._session = aiohttp.ClientSession(
            # The limit is a semaphore of ours, to distinguish "no free connection" from "no
            # answer".
            connector=aiohttp.TCPConnector(limit=0, ssl=_trust()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
        )

    async def shutdown(self) -> None:
        """Close all connections, if there are any."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one request; returns status and body. Raises TimedOut or NetworkError.

        NotSent means that it was never sent; with any other error it may have arrived.
        """
        read = _or_default(read_timeout, self._read_timeout)
        # Without files, a request fits into the socket's buffer, so there is no write to wait for.
        write = _or_default(write_timeout, self._media_write_timeout)
        return await self._exchange(
            method,
            url,
            body=lambda clock: _body(request_data, clock),
            has_files=bool(request_data and request_data.contains_files),
            timeouts=_Timeouts(
                read=read,
                write=write,
                connect=_or_default(connect_timeout, self._connect_timeout),
                pool=_or_default(pool_timeout, self._pool_timeout),
            ),
        )

    async def post_json(
        self, url: str, body: Mapping[str, Any], *, file: File | None = None, read_timeout: float
    ) -> tuple[int, bytes]:
        """Post *body*, as a form if there is a *file*; returns status and body. Raises as
        above.
        """
        return await self._exchange(
            "POST",
            url,
            body=lambda clock: _json_body(body) if file is None else _form(body, file, clock),
            has_files=file is not None,
            timeouts=_Timeouts(
                read=read_timeout,
                write=self._media_write_timeout,
                connect=self._connect_timeout,
                pool=self._pool_timeout,
            ),
        )

    async def _exchange(
        self,
        method: str,
        url: str,
        *,
        body: Callable[["_UploadClock"], Payload | dict[str, str] | None],
        has_files: bool,
        timeouts: "_Timeouts",
    ) -> tuple[int, bytes]:
        session = self._session
        if session is None:
            raise RuntimeError("This AiohttpRequest is not initialized.")
        await self._wait_for_a_connection(timeouts.pool)
        failure: NetworkError
        try:
            async with (
                asyncio.timeout(None) as deadline,
                session.request(
                    method,
                    url,
                    data=body(_UploadClock(deadline, timeouts.write, timeouts.read)),
                    proxy=self._proxies.find(url),
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(
                        total=None,
                        connect=timeouts.connect,
                        sock_connect=timeouts.connect,
                        sock_read=None if has_files else timeouts.read,
                    ),
                ) as response,
            ):
                return response.status, await response.read()
        except aiohttp.ConnectionTimeoutError:
            failure = NotSentInTime("Timed out: could not connect to Telegram.")
        except TimeoutError:
            failure = TimedOut()
        except aiohttp.ClientConnectorError as error:
            failure = NotSent(_describe(error))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = NetworkError(_describe(error))
        finally:
            self._pool.release()
        # Outside the except block, so that no traceback shows aiohttp's own message.
        raise failure

    async def _wait_for_a_connection(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds if self._pool.locked() else None):
                await self._pool.acquire()
        except TimeoutError as error:
            raise NotSentInTime(POOL_TIMEOUT) from error

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Like PTB's, which also logs unreadable responses: those may contain what a family
        wrote.
        """
        try:
            return json.loads(payload.decode(errors="replace"))
        except ValueError as error:
            raise TelegramError("Invalid server response") from error


@dataclass(frozen=True)
class _Timeouts:
    """In seconds; None waits forever."""

    read: float | None
    write: float | None
    connect: float | None
    pool: float | None


class _Proxies:
    """Which proxy to use for an address, if any."""

    def __init__(self, proxy: str | None) -> None:
        self._explicit = proxy
        self._environment = {} if proxy else getproxies_environment()
        for scheme in ("https", "http", "all"):
            address = proxy or self._environment.get(scheme)
            if address and URL(address).scheme not in {"http", "https"}:
                name = "The proxy" if proxy else f"{scheme.upper()}_PROXY"
                raise SettingsError(f"{name} must start with http:// or https:// (no SOCKS here).")

    def find(self, url: str) -> str | None:
        if self._explicit or not self._environment:
            return self._explicit
        target = URL(url)
        host = target.host or ""
        if _is_this_machine(host) or proxy_bypass_environment(host, self._environment):
            return None
        return self._environment.get(target.scheme) or self._environment.get("all")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class _UploadClock:
    """Times each piece of an upload separately, and the response from the last piece on.

    aiohttp has no write timeout, and starts its read timeout before the upload.
    """

    deadline: asyncio.Timeout
    write_timeout: float | None
    read_timeout: float | None

    def piece_leaves(self) -> None:
        self._expect_within(self.write_timeout)

    def piece_left(self) -> None:
        self._expect_within(self.read_timeout)

    def _expect_within(self, seconds: float | None) -> None:
        now = asyncio.get_running_loop().time()
        with suppress(RuntimeError):  # answered before everything was sent, or already too late
            self.deadline.reschedule(None if seconds is None else now + seconds)


class _File(Payload):
    """Bytes or an open file, sent piece by piece. The file stays open: the caller owns it."""

    def __init__(self, content: bytes | IO[bytes], *, mime_type: str, clock: _UploadClock) -> None:
        super().__init__(content, content_type=mime_type)
        self._clock = clock
        self._file = io.BytesIO(content) if isinstance(content, bytes) else content
        if self._file.seekable():
            start = self._file.tell()
            self._size = self._file.seek(0, os.SEEK_END) - start
            self._file.seek(start)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._file.read().decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        while chunk := await asyncio.to_thread(self._file.read, CHUNK_BYTES):
            self._clock.piece_leaves()
            await writer.write(chunk)
            self._clock.piece_left()


def _body(data: RequestData | None, clock: _UploadClock) -> Payload | dict[str, str] | None:
    if data is None:
        return None
    files = data.multipart_data
    if not files:
        return data.json_parameters or None
    # Raw names, as browsers send them: Telegram shows a percent-encoded name unchanged.
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in files.items():
        form.add_field(
            name,
            _File(content, mime_type=mime_type, clock=clock),
            filename=filename.replace('"', "%22"),
        )
    return form()


def _json_body(body: Mapping[str, Any]) -> Payload:
    # A lone surrogate can't be encoded: replace it by "?", or the whole message would be lost.
    text = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return BytesPayload(text, content_type="application/json")


def _form(body: Mapping[str, Any], file: File, clock: _UploadClock) -> Payload:
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in body.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    content = _File(file.content, mime_type=file.mime_type, clock=clock)
    form.add_field(file.field, content, filename=file.name.replace('"', "%22"))
    return form()


def _or_default(timeout: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(timeout, DefaultValue) else timeout


def _describe(error: Exception) -> str:
    """What happened, without the URL that many of aiohttp's messages contain."""
    detail = ""
    if isinstance(error, aiohttp.ClientResponseError):
        detail = f"{error.status} {error.message}"
    elif isinstance(error, aiohttp.ClientConnectorError):
        detail = f"{error.host}:{error.port}: {error.os_error.strerror or 'cannot connect'}"
    elif isinstance(error, OSError) and error.errno:
        detail = os.strerror(error.errno)
    return f"aiohttp.{type(error).__name__}: {detail}" if detail else f"{type(error).__name__}"


@functools.cache
def _trust() -> ssl.SSLContext:
    """The machine's certificates, and Mozilla's for machines that have none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
