"""Routes of the page of phones: its files, a live stream of changes, and people's actions."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot.sandbox.bot_api.methods import menu
from bot.sandbox.errors import Json
from bot.sandbox.page import groups
from bot.sandbox.person import photo, sticker, voice_message
from bot.sandbox.world.changes import Change
from bot.sandbox.world.records import Account, Bubble
from bot.sandbox.world.world import World

_FILES = Path(__file__).parent
PARTS = (
    *("style.css", "icon.svg", "sandbox.js", "phone.js", "group.js", "messages.js"),
    "tools.js",
)
_SHOWN_MESSAGES = 300
"""How much of a chat a phone shows."""
_HEARTBEAT = 15
"""Seconds of silence after which a stream shows that it lives."""
_MAX_BEHIND = 1000
"""Changes that a slow page may be behind; then it starts over with a fresh picture."""
_MAX_NAME = 64

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

_HEADERS = {
    # The page loads nothing from elsewhere, so it isn't allowed to.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """Routes of the page."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._streams: set[_Stream] = set()

    def add_routes(self, app: web.Application) -> None:
        router = app.router
        router.add_get("/", _guarded(_static(_FILES / "index.html")))
        for name in PARTS:
            router.add_get(f"/page/{name}", _guarded(_static(_FILES / name)))
        router.add_get("/page/stream", _guarded(self._stream))
        router.add_get("/page/files/{file_id}", _guarded(self._download))
        router.add_get("/page/pictures/{file_id}", _guarded(self._picture))
        router.add_post("/page/people", _guarded(self._add_person))
        router.add_post("/page/groups", _guarded(self._add_group))
        router.add_post("/page/people/{person}/{action}", _guarded(self._act))

    def end_streams(self) -> None:
        for stream in tuple(self._streams):
            stream.end()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: a snapshot of everything, then each change."""
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        stream = _Stream(self._world)
        self._streams.add(stream)
        try:
            # If the page was closed, a write fails.
            with suppress(ConnectionError):
                await response.write(_event("picture", _picture(self._world)))
                async for kind, data in stream:
                    await response.write(_event(kind, data) if kind else b": alive\n\n")
        finally:
            self._streams.discard(stream)
            stream.end()
        return response

    async def _download(self, request: web.Request) -> web.StreamResponse:
        file = self._world.file(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        return web.Response(
            body=file.content,
            content_type="application/octet-stream",
            headers={**_HEADERS, "Content-Disposition": disposition},
        )

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        """A photo, to be shown: as PNG, whatever it is, so that nothing of it is ever run."""
        file = self._world.file(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content, content_type="image/png", headers=_HEADERS)

    async def _add_person(self, request: web.Request) -> web.StreamResponse:
        given = await _json_body(request)
        try:
            name = " ".join(_text(given, "name").split())
            language = _text(given, "language")
            if not 1 <= len(name) <= _MAX_NAME:
                raise ValueError(f"A name has 1 to {_MAX_NAME} characters.")
        except (KeyError, ValueError) as error:
            return _refusal(str(error))
        account = self._world.add_account(name, language_code=language)
        return web.json_response({"id": account.id}, headers=_HEADERS)

    async def _add_group(self, request: web.Request) -> web.StreamResponse:
        given = await _json_body(request)
        try:
            title = " ".join(_text(given, "name").split())[:_MAX_NAME]
            group = groups.create(self._world, title, has_topics=bool(given.get("topics")))
        except (KeyError, ValueError) as error:
            return _refusal(str(error))
        return web.json_response({"id": group.id}, headers=_HEADERS)

    async def _act(self, request: web.Request) -> web.StreamResponse:
        given = await _json_body(request)
        number = request.match_info["person"]
        found = int(number) if number.removeprefix("-").isdecimal() else 0
        account, group = self._world.accounts.get(found), self._world.groups.get(found)
        action = request.match_info["action"]
        try:
            if group is not None:
                if not groups.carry_out(self._world, action, group, given):
                    raise web.HTTPNotFound
            elif account is not None:
                self._carry_out(action, account, given)
            else:
                raise web.HTTPNotFound
        except (KeyError, ValueError) as error:
            return _refusal(str(error))
        return web.json_response({}, headers=_HEADERS)

    def _carry_out(self, action: str, account: Account, given: Json) -> None:
        """Perform a person's action; its effect reaches the page through the stream."""
        world = self._world
        match action:
            case "say":
                about = None
                if given.get("reply_to") is not None:
                    about = world.find_bubble(account.id, int(given["reply_to"]))
                world.says(account, _text(given, "text"), reply_to=about)
            case "edit":
                bubble = world.find_bubble(account.id, int(given["message_id"]))
                if bubble is None:
                    raise ValueError("That message is gone.")
                world.rewrites(account, bubble, _text(given, "text"))
            case "start":
                world.starts(account)
            case "follow":
                world.follows(account, _text(given, "url"))
            case "press":
                bubble = world.find_bubble(account.id, int(given["message_id"]))
                if bubble is None:
                    raise ValueError("That message is gone.")
                world.presses(account, bubble, _text(given, "data"))
            case "block":
                world.blocks(account, blocked=bool(given["blocked"]))
            case "voice":
                world.sends(account, voice_message(world, seconds=3))
            case "photo":
                world.sends(account, photo(world))
            case "sticker":
                world.sends(account, sticker(world))
            case "contact":
                world.sends(account, _own_contact(account))
            case "doctor":
                world.sends(account, _DOCTORS_CONTACT)
            case _:
                raise web.HTTPNotFound


class _Stream:
    """Changes for one open page, as (event, data); ("", None) after a period of silence."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._queue: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
        world.listen(self._listen)

    def __aiter__(self) -> "_Stream":
        return self

    async def __anext__(self) -> tuple[str, Any]:
        try:
            async with asyncio.timeout(_HEARTBEAT):
                item = await self._queue.get()
        except TimeoutError:
            return "", None
        if item is None:
            raise StopAsyncIteration
        return item

    def end(self) -> None:
        self._world.ignore(self._listen)
        self._queue.put_nowait(None)

    def _listen(self, change: Change) -> None:
        if self._queue.qsize() > _MAX_BEHIND:
            # The page reconnects on its own and gets a fresh snapshot.
            self.end()
        else:
            self._queue.put_nowait(_shown(self._world, change))


def _shown(world: World, change: Change) -> tuple[str, Any]:
    if change.kind == "bot":
        people = [_account(world, account) for account in world.accounts.values()]
        return "bot", {"bot": _bot(world), "people": people}
    data: Json = {"person": change.chat_id}
    if change.message is not None:
        data["message"] = _message(world, change.message)
    elif change.toast is not None:
        toast = change.toast
        data |= {"text": toast.text, "alert": toast.alert, "url": toast.url}
    elif change.kind == "account":
        data = _account(world, world.accounts[change.chat_id])
    elif change.kind == "group":
        data = groups.shown_group(world, world.groups[change.chat_id])
    elif change.kind == "deleted":
        data["message_id"] = change.message_id
    return change.kind, data


def _picture(world: World) -> Json:
    people = [_account(world, account) for account in world.accounts.values()]
    shown = [groups.shown_group(world, group) for group in world.groups.values()]
    for screen in (*people, *shown):
        newest = list(world.chats[screen["id"]].values())[-_SHOWN_MESSAGES:]
        screen["messages"] = [_message(world, one) for one in newest]
    return {"bot": _bot(world), "people": people, "groups": shown}


def _bot(world: World) -> Json:
    bot = world.bot_user()
    return {"name": bot["first_name"], "username": bot["username"]}


def _account(world: World, account: Account) -> Json:
    language = account.language_code.partition("-")[0]
    description = world.profile.get(f"description:{language}") or world.profile.get("description:")
    return {
        "id": account.id,
        "name": account.first_name,
        "language": account.language_code,
        "started": account.started,
        "blocked": account.blocked,
        "menu": menu(world, account),
        "description": description or "",
    }


def _message(world: World, bubble: Bubble) -> Json:
    return {
        "id": bubble.message_id,
        "from_bot": bubble.from_bot,
        "sender": groups.sender_of(world, bubble),
        "text": bubble.text,
        "entities": bubble.entities,
        "keyboard": bubble.keyboard,
        "composer": bubble.composer,
        "attachment": bubble.attachment,
        "date": bubble.date,
        "edited": bubble.edited_at is not None,
        "silent": bubble.silent,
        "reply_to": bubble.reply_to,
    }


def _event(kind: str, data: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()


def _static(file: Path) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(file, headers=_HEADERS)

    return answer


def _guarded(handler: Handler) -> Handler:
    """Only for a browser on this machine that shows this very page.

    Otherwise a page from elsewhere could reach us through a name that it pointed here (DNS
    rebinding), or submit a form that nobody on this machine filled in.
    """

    async def guard(request: web.Request) -> web.StreamResponse:
        if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
            raise web.HTTPForbidden(text="The sandbox answers on this machine only.")
        origin = request.headers.get("Origin")
        if request.method == "POST":
            if origin is not None and urlsplit(origin).netloc != request.host:
                raise web.HTTPForbidden(text="That page is not the sandbox's.")
            if request.content_type != "application/json":
                raise web.HTTPUnsupportedMediaType
        return await handler(request)

    return guard


async def _json_body(request: web.Request) -> Json:
    try:
        given = await request.json()
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise web.HTTPBadRequest
    return given


def _refusal(reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=409, headers=_HEADERS)


def _text(given: Json, name: str) -> str:
    value = given.get(name)
    # A browser may cut an emoji in half; drop half a character.
    value = value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
    if not value.strip():
        raise ValueError(f"There is no {name}.")
    return value


# An entry in everybody's address book.
_DOCTORS_CONTACT: Json = {
    "contact": {"phone_number": "+351213425678", "first_name": "Dr. Clara", "last_name": "Nunes"}
}


def _own_contact(account: Account) -> Json:
    return {
        "contact": {
            "phone_number": "+15550100",
            "first_name": account.first_name,
            "user_id": account.id,
        }
    }
