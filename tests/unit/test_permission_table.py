"""Whatever writes to the audit asks the permission table first, and so does a new operation.

Read from the code: an operation is a function of the domain that leads to ``audit.record`` and that
no other function of the domain calls. On its way it has to come by ``scope.require``.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from domain.access import ALLOWED, Action

DOMAIN = Path(__file__).parents[2] / "domain"

#: Operations without a member who could be asked for a permission, and why that is right.
WITHOUT_PERMISSION = {
    "found_family": "whoever founds a family becomes its admin",
    "redeem_invitation": "the secret of the invitation is the permission",
    "move_group": "Telegram has moved the group: nobody of the family acts",
    "lose_group": "Telegram says that the bot is out of the group: nobody of the family acts",
}


@dataclass
class Function:
    module: str
    name: str
    calls: set[str] = field(default_factory=set)
    requires: bool = False
    records: bool = False


def functions(root: Path) -> Iterator[Function]:
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield read(node, path.stem)


def read(node: ast.AST, module: str) -> Function:
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    found = Function(module, node.name)
    for inner in ast.walk(node):
        match inner:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="audit"), attr="record")):
                found.records = True
            case ast.Call(func=ast.Attribute(attr="require")):
                found.requires = True
            case ast.Name(id=name) | ast.Attribute(attr=name):
                # Whatever is named may be called: functions are handed on, too.
                found.calls.add(name)
    return found


def unasked(found: list[Function]) -> Mapping[str, Function]:
    """The operations that lead to a record without asking the table."""
    by_name: dict[str, list[Function]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(each)

    def reaches(start: Function, what: str) -> bool:
        seen, waiting = set[int](), [start]
        while waiting:
            here = waiting.pop()
            if id(here) in seen:
                continue
            seen.add(id(here))
            if getattr(here, what):
                return True
            waiting += [
                other
                for name in here.calls
                for other in by_name.get(name, ())
                # A private function is called within its module.
                if not name.startswith("_") or other.module == here.module
            ]
        return False

    called = {name for each in found for name in each.calls if name != each.name}
    return {
        each.name: each
        for each in found
        if each.name not in called and reaches(each, "records") and not reaches(each, "requires")
    }


def test_every_operation_that_is_recorded_asks_for_a_permission() -> None:
    found = list(functions(DOMAIN))
    assert sum(each.records for each in found) > 20
    assert set(unasked(found)) <= set(WITHOUT_PERMISSION)


def test_every_operation_without_one_is_there() -> None:
    names = {each.name for each in functions(DOMAIN)}
    assert set(WITHOUT_PERMISSION) <= names


def test_an_operation_that_asks_nobody_is_noticed() -> None:
    """The control."""
    forgotten = """
async def _note(scope):
    await audit.record(scope, "x")

async def burn_everything(scope):
    await _note(scope)

async def burn_as_admin(scope):
    scope.require(Action.MANAGE_FAMILY)
    await _note(scope)
"""
    found = [
        read(node, "new")
        for node in ast.walk(ast.parse(forgotten))
        if isinstance(node, ast.AsyncFunctionDef)
    ]
    assert set(unasked(found)) == {"burn_everything"}


def test_every_permission_is_asked_for_and_stands_in_the_table() -> None:
    asked = {
        node.attr
        for room in (DOMAIN, DOMAIN.parent / "bot")
        for path in room.rglob("*.py")
        if path.name != "access.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Action"
    }
    assert asked <= {action.name for action in Action}
    assert frozenset().union(*ALLOWED.values()) == frozenset(Action)
