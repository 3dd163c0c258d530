"""The Bot API over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from bot.sandbox.bot_api.faults import Drop, Fault, Faults
from bot.sandbox.bot_api.methods import BotApi
from bot.sandbox.bot_api.validation import Upload, method_named, validate
from bot.sandbox.errors import ApiError, Json, bad_request
from bot.sandbox.world.world import World

MAX_UPLOAD = 50 * 1024 * 1024
"""Bytes, as Telegram's."""
_KEPT_CALLS = 10_000

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_TOO_LARGE = ApiError(413, "Request Entity Too Large")
_UNAUTHORIZED = ApiError(401, "Unauthorized")
_NOT_FOUND = ApiError(404, "Not Found")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot and its outcome: either an *error* or a *result*.

    The result of ``getUpdates`` isn't kept: that would hold on to every update.
    """

    method: str
    params: Mapping[str, Any]
    at: datetime
    result: Any = None
    error: ApiError | None = None


class BotApiServer:
    """Routes of the Bot API. ``calls`` holds the latest calls, oldest first."""

    def __init__(self, world: World, api: BotApi, faults: Faults) -> None:
        self._world = world
        self._api = api
        self._faults = faults
        self.calls: deque[Call] = deque(maxlen=_KEPT_CALLS)

    def add_routes(self, app: web.Application) -> None:
        for method in ("GET", "POST"):
            app.router.add_route(method, "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/files/{file_id}", self._download)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method: str = request.match_info["method"]
        params: Json = {}
        fault: Fault | None = None
        try:
            self._authorise(request.match_info["token"])
            method = method_named(method)
            params = dict(await _parameters(request))
            fault = self._faults.next(method, chat_id=_chat_id(params))
            if fault is not None:
                await asyncio.sleep(fault.delay)
                if fault.drop is Drop.BEFORE:
                    return _broken(request)
                if fault.error is not None:
                    raise fault.error
            params = validate(method, params)
            if fault is not None and fault.results and method == "getUpdates":
                return _json({"ok": True, "result": fault.results[0]})  # without the long wait
            result = await self._api.call(method, params)
        except ApiError as error:
            self._note(method, params, error=error)
            return _json(error.body(), status=error.code)
        self._note(method, params, result=None if method == "getUpdates" else result)
        if fault is not None and fault.drop is Drop.AFTER:
            return _broken(request)
        if fault is not None and fault.body is not None:
            return web.Response(text=fault.body, content_type="text/html")
        if fault is not None and fault.results:
            [result] = fault.results
        return _json({"ok": True, "result": result})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authorise(request.match_info["token"])
            file = self._world.file(request.match_info["file_id"])
            if file is None:
                raise _NOT_FOUND
        except ApiError as error:
            return _json(error.body(), status=error.code)
        return web.Response(body=file.content, content_type="application/octet-stream")

    def _authorise(self, token: str) -> None:
        if token != self._world.token:
            number, _, secret = token.partition(":")
            raise _UNAUTHORIZED if number.isdigit() and secret else _NOT_FOUND

    def _note(
        self, method: str, params: Json, *, result: Any = None, error: ApiError | None = None
    ) -> None:
        now = self._world.clock.now()
        self.calls.append(Call(method, params, now, result=result, error=error))


def _chat_id(params: Json) -> int | None:
    chat_id = str(params.get("chat_id", ""))
    return int(chat_id) if chat_id.lstrip("-").isdecimal() else None


def _json(body: Json, *, status: int = 200) -> web.Response:
    return web.Response(body=_encode(body).encode(), status=status, content_type="application/json")


def _broken(request: web.Request) -> web.Response:
    """Break the connection; the response goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _parameters(request: web.Request) -> Mapping[str, Any]:
    """The raw parameters, from the query string and from a form or a JSON body."""
    params: dict[str, Any] = dict(request.query)
    if request.method != "POST":
        return params
    if (request.content_length or 0) > MAX_UPLOAD:
        raise _TOO_LARGE
    try:
        if request.content_type == "multipart/form-data":
            return params | await _multipart(request)
        body = (await request.read()).decode()
        if request.content_type == "application/json":
            return params | _json_object(body)
        return params | _form(body)
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    except web.HTTPRequestEntityTooLarge:
        raise _TOO_LARGE from None


def _form(body: str) -> Json:
    if not body:
        return {}
    try:
        return dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
    except ValueError:
        raise bad_request("can't parse the form") from None


def _json_object(body: str) -> Json:
    if not body:
        return {}
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise bad_request("can't parse request JSON: object expected")
    return parsed


async def _multipart(request: web.Request) -> Json:
    """Fields and files; a field "attach://name" is replaced by the file with that name."""
    fields: Json = {}
    files: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise bad_request("can't parse the form")
        content = bytes(await part.read())
        if part.filename is None:
            fields[part.name] = content.decode()
        else:
            files[part.name] = Upload(
                file_name=part.filename,
                content_type=part.headers.get("Content-Type", "application/octet-stream"),
                content=content,
            )
    attached = set()
    for name, value in fields.items():
        if isinstance(value, str) and value.startswith("attach://"):
            wanted = value.removeprefix("attach://")
            if wanted in files:
                fields[name] = files[wanted]
                attached.add(wanted)
    return fields | {name: file for name, file in files.items() if name not in attached}
