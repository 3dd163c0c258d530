"""Generates ``methods.json``: the part of the Bot API's description that validation needs.

    python -m bot.sandbox.bot_api.make_methods telegram-bot-api.json

The input is the machine-readable description of https://core.telegram.org/bots/api (methods and
types with their fields). It is ten times as large as the result, and not needed at runtime.

The result maps ``methods`` and ``types`` to their fields. A field is written ``Type|Type``, with
``[Type]`` for an array and a leading ``!`` where it is required. ``unions`` lists what a type may
be.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

METHODS_FILE = Path(__file__).parent / "methods.json"

_ARRAY = "Array of "


def _shorten(type_name: str) -> str:
    if type_name.startswith(_ARRAY):
        return f"[{_shorten(type_name.removeprefix(_ARRAY))}]"
    return type_name


def _fields(described: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {
        field["name"]: ("!" if field["required"] else "") + "|".join(map(_shorten, field["types"]))
        for field in described
    }


def _names(fields: Mapping[str, str]) -> set[str]:
    return {
        name.strip("![]") for written in fields.values() for name in written.lstrip("!").split("|")
    }


def make_table(description: Mapping[str, Any]) -> dict[str, Any]:
    """The compact table; only types that a bot can send are kept."""
    methods = {
        name: _fields(method.get("fields", ())) for name, method in description["methods"].items()
    }
    types: dict[str, dict[str, str]] = {}
    unions: dict[str, list[str]] = {}
    wanted = set().union(*map(_names, methods.values()))
    while wanted:
        name = wanted.pop()
        described = description["types"].get(name)
        # InputFile is bytes in the request, not JSON.
        if described is None or name in types or name in unions or name == "InputFile":
            continue
        if "subtypes" in described:
            unions[name] = described["subtypes"]
            wanted.update(described["subtypes"])
        else:
            types[name] = _fields(described.get("fields", ()))
            wanted.update(_names(types[name]))
    return {
        "version": description["version"],
        "methods": methods,
        "types": dict(sorted(types.items())),
        "unions": dict(sorted(unions.items())),
    }


def write_table(table: Mapping[str, Any], to: Path = METHODS_FILE) -> None:
    """One line for each method and type, so that a new version gives a readable diff."""
    parts = [f' "version": {json.dumps(table["version"])}']
    for part in ("methods", "types", "unions"):
        lines = [f"  {json.dumps(name)}: {json.dumps(of)}" for name, of in table[part].items()]
        parts.append(f' "{part}": {{\n' + ",\n".join(lines) + "\n }")
    to.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write_table(make_table(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
