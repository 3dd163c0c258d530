"""Who may look at the page, and what it is told."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest

from bot.sandbox import Sandbox
from bot.sandbox.page.routes import PARTS
from bot.telegram_api.qr_codes import qr_code

PAGES = ["/", *(f"/page/{name}" for name in PARTS)]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.api_url) as browser:
        yield browser


async def read_event(stream: aiohttp.StreamReader) -> tuple[str, Any]:
    kind = (await stream.readline()).decode().removeprefix("event: ").strip()
    data = (await stream.readline()).decode().removeprefix("data: ")
    await stream.readline()
    return kind, json.loads(data)


@pytest.mark.parametrize("path", PAGES)
async def test_the_page_asks_nobody_else_for_anything(
    browser: aiohttp.ClientSession, path: str
) -> None:
    async with browser.get(path) as response:
        assert response.status == 200
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        words = await response.text()
    for address in ("https://", "http://", "@import", "//cdn"):
        allowed = words.replace("http://www.w3.org/2000/svg", "").replace("`https://", "`")
        assert address not in allowed


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "[::2]", ""])
async def test_a_name_that_was_pointed_here_gets_nothing(
    browser: aiohttp.ClientSession, host: str
) -> None:
    for path in [*PAGES, "/page/stream"]:
        async with browser.get(path, headers={"Host": host}) as response:
            assert response.status in {400, 403}


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
async def test_loopback_by_any_of_its_names_is_welcome(
    browser: aiohttp.ClientSession, host: str
) -> None:
    async with browser.get("/", headers={"Host": host}) as response:
        assert response.status == 200


async def test_another_page_cannot_act_for_the_people(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    given = {"name": "Eve", "language": "en"}
    for origin in ("https://evil.example", "http://localhost:1", "null"):
        async with browser.post("/page/people", json=given, headers={"Origin": origin}) as response:
            assert response.status == 403
    async with browser.post("/page/people", data=json.dumps(given)) as response:
        assert response.status == 415
    assert sandbox.people == []
    async with browser.post(
        "/page/people", json=given, headers={"Origin": sandbox.api_url}
    ) as response:
        assert response.status == 200
    assert [person.name for person in sandbox.people] == ["Eve"]


async def test_the_stream_tells_everything_and_then_each_change(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    anna = sandbox.add_person("Anna")
    await anna.start()
    async with browser.get("/page/stream") as response:
        kind, picture = await read_event(response.content)
        assert kind == "picture"
        assert picture["bot"]["username"] == sandbox.bot_username
        [shown] = picture["people"]
        assert (shown["name"], [one["text"] for one in shown["messages"]]) == ("Anna", ["/start"])
        await anna.send("hello")
        kind, change = await read_event(response.content)
        assert (kind, change["person"], change["message"]["text"]) == ("message", anna.id, "hello")
        anna.block()
        kind, change = await read_event(response.content)
        assert (kind, change["blocked"]) == ("account", True)


async def test_what_cannot_be_done_is_said_in_a_sentence(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    async with browser.post("/page/people", json={"name": " ", "language": "en"}) as response:
        assert (response.status, await response.json()) == (409, {"error": "There is no name."})
    anna = sandbox.add_person("Anna")
    anna.block()
    for action in ("say", "follow", "press", "dance"):
        async with browser.post(f"/page/people/{anna.id}/{action}", json={"text": "x"}) as response:
            assert response.status in {404, 409}
    async with browser.post("/page/people/1/say", json={"text": "x"}) as response:
        assert response.status == 404
    assert anna.messages == []


async def test_documents_are_downloaded_never_shown(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    anna = sandbox.add_person("Anna")
    sent = await anna.send_document('a"é.html', b"<script>")
    file_id = sent.attachment["document"]["file_id"]
    async with browser.get(f"/page/files/{file_id}") as response:
        assert await response.read() == b"<script>"
        assert response.headers["Content-Disposition"] == (
            "attachment; filename*=UTF-8''a%22%C3%A9.html"
        )
        assert response.content_type == "application/octet-stream"
    async with browser.get("/page/files/nothing") as response:
        assert response.status == 404


async def test_a_photo_of_the_bot_is_shown_as_the_picture_it_is(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    anna = sandbox.add_person("Anna")
    await anna.start()
    picture = qr_code("https://t.me/bot?start=x")
    async with Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot:
        await bot.send_photo(anna.id, picture, caption="A link")
        with pytest.raises(BadRequest):
            await bot.send_photo(anna.id, b"<script>", caption="no picture")
    photo = anna.last.attachment["photo"][-1]
    assert anna.download(anna.last) == picture
    assert photo["width"] == photo["height"] > 100
    async with browser.get(f"/page/pictures/{photo['file_id']}") as response:
        assert await response.read() == picture
        assert response.content_type == "image/png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    async with browser.get("/page/pictures/nothing") as response:
        assert response.status == 404


async def test_people_edit_their_own_messages_and_no_others(
    sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    anna = sandbox.add_person("Anna")
    sent = await anna.send("at 21:00")
    edit = f"/page/people/{anna.id}/edit"
    for given, status in (
        ({"message_id": sent.id, "text": "at 22:00"}, 200),
        ({"message_id": sent.id, "text": " "}, 409),
        ({"message_id": sent.id, "text": "x" * 5000}, 409),
        ({"message_id": sent.id + 1, "text": "x"}, 409),
    ):
        async with browser.post(edit, json=given) as response:
            assert response.status == status
    assert [(one.text, one.edited) for one in anna.messages] == [("at 22:00", True)]
