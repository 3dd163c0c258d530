"""The bot's HTTP client against real servers on loopback: good, slow, broken and hostile ones."""

import asyncio
import base64
import io
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.settings import SettingsError
from bot.telegram_api.transport import AiohttpRequest

TOKEN = "123456:AAE-secret-part-of-the-token-0123456789"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server that gives every request to *handler*; yields its address."""
    app = web.Application(client_max_size=50_000_000)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def listening(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A server that does with a connection whatever *talk* does, then closes it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def a_bot(address: str, **options: Any) -> AsyncIterator[Bot]:
    request = AiohttpRequest(**options)
    bot = Bot(
        TOKEN, base_url=f"{address}/bot", base_file_url=f"{address}/file/bot", request=request
    )
    await request.initialize()
    try:
        yield bot
    finally:
        await request.shutdown()


def file_data(content: Any, *, name: str = "notes.txt", **parameters: str) -> RequestData:
    file = InputFile(content, filename=name, read_file_handle=False)
    return RequestData(
        [
            *(RequestParameter.from_input(key, value) for key, value in parameters.items()),
            RequestParameter.from_input("document", file),
        ]
    )


def ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def error(code: int, description: str, **parameters: object) -> web.Response:
    return web.json_response(
        {"ok": False, "error_code": code, "description": description, "parameters": parameters},
        status=code,
    )


async def test_parameters_arrive_as_a_form() -> None:
    seen: dict[str, str] = {}

    async def handler(request: web.Request) -> web.Response:
        seen.update({key: str(value) for key, value in (await request.post()).items()})
        return ok({"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "text": "x"})

    async with serving(handler) as address, a_bot(address) as bot:
        message = await bot.send_message(7, "Take <Aspirin> & wait ü")
    assert message.message_id == 1
    assert seen == {"chat_id": "7", "text": "Take <Aspirin> & wait ü"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(400, "Bad Request: chat not found"), BadRequest),
        (error(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (error(429, "Too Many Requests", retry_after=17), RetryAfter),
        (web.Response(status=502, text="<html>Bad Gateway</html>"), NetworkError),
        (web.Response(status=200, text="<html>a captive portal</html>"), NetworkError),
        (web.Response(status=302, headers={"Location": "http://elsewhere.invalid/"}), NetworkError),
    ],
)
async def test_errors_of_the_server_are_ptbs(
    answer: web.Response, expected: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(_: web.Request) -> web.Response:
        return answer

    async with serving(handler) as address, a_bot(address) as bot:
        with caplog.at_level(logging.INFO), pytest.raises(Exception) as caught:  # noqa: PT011
            await bot.get_me()
    assert isinstance(caught.value, expected) or (
        str(caught.value) == "Invalid server response" and answer.status == 200
    )
    if isinstance(caught.value, RetryAfter):
        assert caught.value.retry_after == timedelta(seconds=17)
    assert "captive portal" not in caplog.text


async def test_answers_in_chunks_and_compressed_are_read() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        response.enable_compression()
        await response.prepare(request)
        for piece in (
            '{"ok": true, ',
            '"result": {"id": 1, "is_bot": true, ',
            '"first_name": "B"}}',
        ):
            await response.write(piece.encode())
            await asyncio.sleep(0.01)
        return response

    async with serving(handler) as address, a_bot(address) as bot:
        assert (await bot.get_me()).first_name == "B"


async def test_slow_answer_times_out_by_the_default_or_the_calls_own_timeout() -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(0.5)
        return ok({"id": 1, "is_bot": True, "first_name": "B"})

    async with serving(handler) as address, a_bot(address, read_timeout=0.1) as bot:
        assert bot.request.read_timeout == 0.1
        with pytest.raises(TimedOut):
            await bot.get_me()
        assert (await bot.get_me(read_timeout=5)).id == 1
        assert (await bot.get_me(read_timeout=None)).id == 1


async def test_a_full_pool_says_that_nothing_was_sent() -> None:
    arrived = asyncio.Event()
    release = asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        arrived.set()
        await release.wait()
        return ok({"id": 1, "is_bot": True, "first_name": "B"})

    async with (
        serving(handler) as address,
        a_bot(address, connection_pool_size=1, pool_timeout=0.05) as bot,
    ):
        first = asyncio.create_task(bot.get_me())
        await arrived.wait()
        with pytest.raises(TimedOut, match=r"\*not\* sent"):
            await bot.get_me()
        release.set()
        await first
        assert (await bot.get_me()).id == 1  # the place is free again


async def test_a_server_that_accepts_no_connection_times_out() -> None:
    # A full backlog drops further attempts, as a firewall does.
    server = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = server.getsockname()[1]
    fillers = [asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
    waiting = [asyncio.ensure_future(filler) for filler in fillers]
    await asyncio.sleep(0.05)
    try:
        async with a_bot(f"http://127.0.0.1:{port}", connect_timeout=0.2) as bot:
            with pytest.raises(TimedOut):
                await bot.get_me()
    finally:
        for filler in waiting:
            filler.cancel()
        for opened in await asyncio.gather(*waiting, return_exceptions=True):
            if not isinstance(opened, BaseException):
                opened[1].close()
        server.close()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def stop_half_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok": ')
    await writer.drain()


async def speak_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()


@pytest.mark.parametrize("talk", [hang_up, stop_half_way, speak_nonsense])
async def test_a_broken_connection_is_a_network_error_without_the_token(
    talk: Callable[..., Awaitable[None]],
) -> None:
    async with listening(talk) as address, a_bot(address) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.get_me()
    assert not isinstance(caught.value, TimedOut)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1", "http://nowhere.invalid", "http://[broken", "mailto:x"]
)
async def test_an_address_that_leads_nowhere_is_a_network_error_without_the_token(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with a_bot(address) as bot:
            with pytest.raises(NetworkError) as caught:
                await bot.get_me()
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert TOKEN not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("aiohttp")
    )


@pytest.mark.parametrize("how", ["bytes", "file", "memory"])
async def test_files_go_up_whole_under_their_names(tmp_path: Path, how: str) -> None:
    content = bytes(range(256)) * 12_000  # 3 MB
    (tmp_path / "x").write_bytes(content)
    seen: list[tuple[str, bytes, str, str | None]] = []

    async def handler(request: web.Request) -> web.Response:
        form = await request.post()
        file = form["document"]
        assert isinstance(file, web.FileField)
        seen.append((file.filename, file.file.read(), file.content_type, str(form["caption"])))
        return ok(True)

    with (tmp_path / "x").open("rb") as opened:
        source = {"bytes": content, "file": opened, "memory": io.BytesIO(content)}[how]
        async with serving(handler) as address, AiohttpRequest() as request:
            data = file_data(source, name='Mum\'s "list" ü.txt', caption="für Mum")
            status, _ = await request.do_request(f"{address}/x", "POST", data)
        assert not opened.closed
    assert status == 200
    assert seen == [("Mum's %22list%22 ü.txt", content, "text/plain", "für Mum")]


async def test_an_upload_may_last_longer_than_the_answer() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        received = 0
        while received < length:
            received += len(await reader.read(131_072))
            await asyncio.sleep(0.01)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()

    async with listening(talk) as address, AiohttpRequest(read_timeout=1.2) as request:
        # 2.5 s, of which a loopback's buffers hide half a second at most.
        data = file_data(bytes(32_000_000))
        assert await request.do_request(f"{address}/x", "POST", data) == (200, b"ok")


@pytest.mark.parametrize("size", [10, 8_000_000])
async def test_a_server_that_stops_reading_or_answering_an_upload_times_out(size: int) -> None:
    over = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await over.wait()

    async with (
        listening(talk) as address,
        AiohttpRequest(read_timeout=0.2, media_write_timeout=0.2) as request,
    ):
        with pytest.raises(TimedOut):
            await request.do_request(f"{address}/x", "POST", file_data(bytes(size)))
        over.set()


async def test_files_come_down() -> None:
    content = bytes(range(256)) * 10_000

    async def handler(request: web.Request) -> web.Response:
        if request.path.startswith("/file/"):
            return web.Response(body=content)
        return ok({"file_id": "f", "file_unique_id": "u", "file_path": "documents/1.pdf"})

    async with serving(handler) as address, a_bot(address) as bot:
        file = await bot.get_file("f")
        assert bytes(await file.download_as_bytearray()) == content


async def test_connections_are_kept_and_used_again() -> None:
    ports = set()

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        return ok({"id": 1, "is_bot": True, "first_name": "B"})

    async with serving(handler) as address, a_bot(address) as bot:
        for _ in range(3):
            await bot.get_me()
    assert len(ports) == 1


async def test_it_can_be_started_again_but_not_used_while_stopped() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    request = AiohttpRequest()
    async with serving(handler) as address:
        with pytest.raises(RuntimeError, match="not initialized"):
            await request.do_request(address, "GET")
        for _ in range(2):
            await request.initialize()
            await request.initialize()
            assert await request.do_request(address, "GET") == (200, b"ok")
            await request.shutdown()
            await request.shutdown()


@asynccontextmanager
async def a_proxy(*, password: str) -> AsyncIterator[tuple[str, list[str]]]:
    """A small forwarding proxy that asks for a password; yields its address and what passed."""
    passed: list[str] = []
    wanted = base64.b64encode(f"anna:{password}".encode()).decode()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split("\r\n")[0].split(" ")
        passed.append(f"{method} {target}")
        if f"proxy-authorization: basic {wanted}".lower() not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        host, _, port = target.removeprefix("http://").split("/")[0].partition(":")
        upstream, onward = await asyncio.open_connection(host, int(port))
        path = "/" + target.removeprefix("http://").partition("/")[2]
        onward.write(
            f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        writer.write(await upstream.read())
        onward.close()

    async with listening(talk) as address:
        yield address, passed


async def test_through_a_proxy_with_a_password() -> None:
    async def handler(_: web.Request) -> web.Response:
        return ok({"id": 1, "is_bot": True, "first_name": "B"})

    async with serving(handler) as address, a_proxy(password="s3cret") as (proxy, passed):
        with_login = proxy.replace("http://", "http://anna:s3cret@")
        async with AiohttpRequest(proxy=with_login) as request:
            status, _ = await request.do_request(f"{address}/x", "GET")
        assert status == 200
        assert passed == [f"GET {address}/x"]


async def test_a_proxy_that_refuses_is_a_network_error_without_token_or_password() -> None:
    async with a_proxy(password="s3cret") as (proxy, _):
        with_login = proxy.replace("http://", "http://anna:guess-it@")
        request = AiohttpRequest(proxy=with_login)
        bot = Bot(TOKEN, base_url="https://api.telegram.invalid/bot", request=request)
        await request.initialize()
        with pytest.raises(NetworkError) as caught:
            await bot.get_me()
        await request.shutdown()
    told = "".join(traceback.format_exception(caught.value))
    assert "407" in told
    assert TOKEN not in told
    assert "guess-it" not in told


async def test_the_environment_names_a_proxy_but_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def handler(_: web.Request) -> web.Response:
        return ok({"id": 1, "is_bot": True, "first_name": "B"})

    async with serving(handler) as address, a_proxy(password="s3cret") as (proxy, passed):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", ".internal.invalid")
        async with AiohttpRequest(connect_timeout=1) as request:
            assert (await request.do_request(address, "GET"))[0] == 200
            assert passed == []
            status, _ = await request.do_request("http://api.telegram.invalid/x", "GET")
            assert status == 407
            with pytest.raises(NetworkError):
                await request.do_request("http://x.internal.invalid/x", "GET")
    assert len(passed) == 1


@pytest.mark.parametrize("named", ["directly", "by the environment"])
def test_socks_is_refused_in_one_sentence(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if named == "by the environment":
        monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9050")
    with pytest.raises(SettingsError, match="SOCKS"):
        AiohttpRequest(proxy="socks5://127.0.0.1:9050" if named == "directly" else None)
