"""Validates parameters against the published description of the Bot API.

Telegram itself ignores unknown parameters; they are refused here, so that a misspelt one is
noticed. Checks are built once per method and parameter; a call only runs them.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.sandbox.errors import ApiError, Json, bad_request

Check = Callable[[Any], Any]
"""Returns the typed value, raises :class:`_WrongType`."""

TABLE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "methods.json").read_text(encoding="utf-8")
)

_METHODS: dict[str, dict[str, str]] = TABLE["methods"]
_TYPES: dict[str, dict[str, str]] = TABLE["types"]
_UNIONS: dict[str, list[str]] = TABLE["unions"]

# Telegram ignores the case of a method's name.
_NAMES = {name.lower(): name for name in _METHODS}

# Telegram's own messages for a missing parameter.
_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "document": "there is no document in the request",
    "photo": "there is no photo in the request",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "file_id": "file_id is not specified",
    "message_id": "message identifier is not specified",
    "commands": 'parameter "commands" is required',
}

_INT64 = 2**63


class _WrongType(Exception):
    """``str()`` names the expected type."""


class Upload:
    """A file sent with the request, in place of the parameter with its name."""

    __slots__ = ("content", "content_type", "file_name")

    def __init__(self, *, file_name: str, content_type: str, content: bytes) -> None:
        self.file_name = file_name
        self.content_type = content_type
        self.content = content


def method_named(name: str) -> str:
    """The method's canonical spelling. Raises 404 if the Bot API doesn't have it."""
    try:
        return _NAMES[name.lower()]
    except KeyError:
        raise ApiError(404, "Not Found") from None


def validate(method: str, given: Mapping[str, Any]) -> Json:
    """The typed parameters of *method*; *given* are strings (forms, query) or JSON values.

    A null counts as absent. Raises 400 for parameters that are missing, unknown or of the wrong
    type.
    """
    checks, required = _checks(method)
    typed: Json = {}
    for name, value in given.items():
        check = checks.get(name)
        if check is None:
            raise bad_request(f'unknown parameter "{name}" of {method}')
        if value is None:
            continue
        try:
            typed[name] = check(value)
        except _WrongType as wrong:
            raise bad_request(f'can\'t parse parameter "{name}": {wrong}') from None
    for name in required:
        if name not in typed:
            reason = _MISSING.get(name, f'parameter "{name}" is required')
            raise bad_request(reason)
    return typed


@cache
def _checks(method: str) -> tuple[dict[str, Check], tuple[str, ...]]:
    fields = _METHODS[method]
    return (
        {name: _parameter(written.lstrip("!")) for name, written in fields.items()},
        tuple(name for name, written in fields.items() if written.startswith("!")),
    )


# Parameters: forms send everything as strings, and Telegram reads JSON bodies as leniently.


def _parameter(written: str) -> Check:
    if written == "Integer":
        return _lenient_integer
    if written == "Boolean":
        return _lenient_boolean
    if written == "Float":
        return _lenient_float
    if written == "String":
        return _lenient_string
    if written == "Integer|String":
        return _lenient_chat
    if "InputFile" in written:
        return _file
    return _from_json(_union(written.split("|")))


def _lenient_integer(value: Any) -> int:
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError:
            raise _WrongType("integer expected") from None
    return _integer(value)


def _lenient_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in {"true", "yes", "1"}:
        return True
    if word in {"false", "no", "0"}:
        return False
    raise _WrongType("boolean expected")


def _lenient_float(value: Any) -> float:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise _WrongType("number expected") from None
    return _float(value)


def _lenient_string(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _string(value)


def _lenient_chat(value: Any) -> int | str:
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return value
    return _integer(value)


def _file(value: Any) -> str | Upload:
    if isinstance(value, (str, Upload)):
        return value
    raise _WrongType("file expected")


def _from_json(check: Check) -> Check:
    def parse(value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise _WrongType("JSON expected") from None
        return check(value)

    return parse


# Inside objects: strict JSON.


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64:
        return value
    raise _WrongType("integer expected")


def _float(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise _WrongType("number expected")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise _WrongType("boolean expected")


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise _WrongType("string expected")
    try:
        # JSON can contain a lone surrogate; UTF-8 can't.
        value.encode()
    except UnicodeEncodeError:
        raise _WrongType("strings must be encoded in UTF-8") from None
    return value


_SIMPLE: dict[str, Check] = {
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
    "True": _boolean,
    "String": _string,
    "InputFile": _string,
}


def _value(name: str) -> Check:
    if name.startswith("["):
        return _array(_union(name[1:-1].split("|")))
    if name in _SIMPLE:
        return _SIMPLE[name]
    if name in _UNIONS:
        return _union(_UNIONS[name])
    return _object(name)


def _union(names: list[str]) -> Check:
    checks = [_value(name) for name in names]
    if len(checks) == 1:
        return checks[0]

    def one_of(value: Any) -> Any:
        reasons = []
        for check in checks:
            try:
                return check(value)
            except _WrongType as wrong:
                reasons.append(str(wrong))
        # The last alternative is rarely the intended one; the longest reason is the most specific.
        raise _WrongType(max(reasons, key=len))

    return one_of


def _array(check: Check) -> Check:
    def each(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _WrongType("array expected")
        return [check(item) for item in value]

    return each


@cache
def _object(name: str) -> Check:
    fields = _TYPES[name]
    required = [field for field, written in fields.items() if written.startswith("!")]
    checks: dict[str, Check] = {}

    def every_field(value: Any) -> Json:
        if not isinstance(value, dict):
            raise _WrongType(f"{name} expected")
        # Built on first use, since types refer to each other in cycles.
        if len(checks) < len(fields):
            for field, written in fields.items():
                checks[field] = _union(written.lstrip("!").split("|"))
        for field in required:
            if field not in value:
                raise _WrongType(f'field "{field}" of {name} is missing')
        typed = {}
        for field, item in value.items():
            if field not in checks:
                raise _WrongType(f'unknown field "{field}" of {name}')
            if item is not None:
                try:
                    typed[field] = checks[field](item)
                except _WrongType as wrong:
                    raise _WrongType(f'field "{field}" of {name}: {wrong}') from None
        return typed

    return every_field
